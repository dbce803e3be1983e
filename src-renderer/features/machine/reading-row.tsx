/** One reading with its bar, or the reason why it is unknown. Zero and unknown look different. */
import type { Reading } from '../../../src-shared/duty.ts';
import { asSentence, text } from '../../../src-shared/words/window.ts';
import { missingWords } from '../../../src-shared/words/words.ts';

export interface Shown {
  readonly value: string;
  /** The filled part of the bar, from 0 to 1; absent: no bar. */
  readonly share?: number;
  /** Shown after the value, in smaller letters. */
  readonly note?: string;
  readonly tone?: 'good' | 'warning' | 'bad';
}

const bars = { good: 'fill-accent', warning: 'fill-warning', bad: 'fill-bad' } as const;
const values = { good: '', warning: 'text-warning', bad: 'text-bad' } as const;

function Bar({ share, tone }: { share: number; tone: keyof typeof bars }) {
  return (
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" className="h-1.5 w-full" aria-hidden="true">
      <rect width={100} height={6} className="fill-line" />
      <rect width={100 * Math.min(1, Math.max(0, share))} height={6} className={bars[tone]} />
    </svg>
  );
}

export function ReadingRow<T>({
  name,
  reading,
  show,
}: {
  name: string;
  reading: Reading<T>;
  show: (value: T) => Shown;
}) {
  if (!reading.isKnown) {
    return (
      <div className="py-2.5 first:pt-0 last:pb-0">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="text-muted italic">{text.machine.notKnown}</dd>
        </div>
        <dd className="text-sm wrap-anywhere">{asSentence(missingWords(reading.reason))}</dd>
      </div>
    );
  }
  const { value, share, note, tone = 'good' } = show(reading.value);
  return (
    <div className="py-2.5 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <dt className="text-sm text-muted">{name}</dt>
        <dd className="min-w-0 text-right tabular-nums wrap-anywhere">
          <span className={`font-medium ${values[tone]}`}>{value}</span>
          {note === undefined ? null : <span className="text-sm text-muted"> · {note}</span>}
        </dd>
      </div>
      {share === undefined ? null : (
        <div className="mt-1.5">
          <Bar share={share} tone={tone} />
        </div>
      )}
    </div>
  );
}
