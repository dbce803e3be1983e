/**
 * The beginning and the end of a span of hours. A typed time takes effect when the focus leaves its field, so that a
 * half-typed time does not count.
 */
import { useState } from 'react';
import type { Span } from '../../../src-shared/settings/schedule.ts';
import { IconButton } from '../../components/button.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { endsNextDay, isWholeDay, readSpan, timeText } from './schedule-form.ts';

const words = text.settings.schedule;

const timeField =
  'rounded-lg border border-line bg-surface px-2 py-1 text-sm tabular-nums hover:border-accent aria-[invalid=true]:border-bad';

export function SpanFields({
  day,
  number,
  span,
  onChange,
  onRemove,
}: {
  /** The weekday's name. */
  day: string;
  /** The number of the span in its day, from 1. */
  number: number;
  span: Span;
  onChange: (span: Span) => void;
  onRemove: () => void;
}) {
  const [drafts, setDrafts] = useState<{ from?: string; to?: string }>({});
  const [isInvalid, setIsInvalid] = useState(false);
  const from = drafts.from ?? timeText(span.from);
  const to = drafts.to ?? timeText(span.to);

  const commit = (): void => {
    const typed = readSpan(from, to);
    setIsInvalid(typed === null);
    if (typed === null) {
      return;
    }
    setDrafts({});
    if (typed.from !== span.from || typed.to !== span.to) {
      onChange(typed);
    }
  };
  const remove = (): void => {
    // The draft does not belong to the span that takes this place.
    setDrafts({});
    setIsInvalid(false);
    onRemove();
  };
  const note = isWholeDay(span) ? words.wholeDay : endsNextDay(span) ? words.nextDay : '';
  return (
    <li>
      <div className="flex flex-wrap items-center gap-1.5">
        <input
          type="time"
          aria-label={words.from(day, number)}
          aria-invalid={isInvalid}
          value={from}
          onChange={({ target }) => setDrafts({ ...drafts, from: target.value })}
          onBlur={commit}
          className={timeField}
        />
        <span className="text-sm text-muted">{words.until}</span>
        <input
          type="time"
          aria-label={words.to(day, number)}
          aria-invalid={isInvalid}
          value={to}
          onChange={({ target }) => setDrafts({ ...drafts, to: target.value })}
          onBlur={commit}
          className={timeField}
        />
        <span className="text-xs text-muted max-sm:order-last max-sm:w-full">{note}</span>
        <IconButton icon="cross" label={words.remove(day, number)} onClick={remove} />
      </div>
      {isInvalid ? (
        <p role="alert" className="text-sm text-bad">
          {words.notATime}
        </p>
      ) : null}
    </li>
  );
}
