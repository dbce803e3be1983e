/**
 * Keeps the end of a growing conversation in sight for as long as the reader is there; scrolling up lets
 * go, scrolling back down holds on again.
 */
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
import { followsEnd } from './follow-end.ts';

interface StickToEnd {
  /** The element that scrolls, and the one inside it that grows. */
  readonly scrollerRef: RefObject<HTMLDivElement | null>;
  readonly contentRef: RefObject<HTMLDivElement | null>;
  readonly atEnd: boolean;
  readonly toEnd: () => void;
}

export function useStickToEnd(): StickToEnd {
  const scrollerRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    isAtEnd.current = true;
    setAtEnd(true);
    scrollerRef.current?.scrollTo({ top: scrollerRef.current.scrollHeight });
  }, []);

  useEffect(() => {
    const scroller = scrollerRef.current;
    const content = contentRef.current;
    if (scroller === null || content === null) {
      return undefined;
    }
    let previousTop = scroller.scrollTop;
    const onScroll = (): void => {
      isAtEnd.current = followsEnd(isAtEnd.current, previousTop, scroller);
      previousTop = scroller.scrollTop;
      setAtEnd(isAtEnd.current);
    };
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) {
        scroller.scrollTo({ top: scroller.scrollHeight });
        // Its event comes a frame later; by then the reader may have moved up from here.
        previousTop = scroller.scrollTop;
      } else {
        onScroll();
      }
    });
    scroller.addEventListener('scroll', onScroll, { passive: true });
    observer.observe(content);
    observer.observe(scroller);
    return () => {
      scroller.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, []);

  return { scrollerRef, contentRef, atEnd, toEnd };
}
