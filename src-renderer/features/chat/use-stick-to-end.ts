/**
 * Keeps the end of a growing conversation in sight while the reader is there. Scrolling up stops that, and scrolling
 * back down starts it again.
 */
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
import { followsEnd } from './follow-end.ts';

interface StickToEnd {
  /** The element that scrolls, and the growing element inside it. */
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
        // The event of this scrolling comes a frame later, when the reader may have scrolled up already.
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
