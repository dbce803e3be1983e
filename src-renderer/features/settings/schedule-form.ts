/** Between the weekly hours of the settings and the fields in which they are edited. Pure. */
import { clockText, weekdayAfter } from '../../../src-shared/local-time.ts';
import {
  dayMinutes,
  everyDay,
  type Span,
  type Weekday,
  type WeeklySchedule,
} from '../../../src-shared/settings/schedule.ts';

/** The first entry of a schedule: a night, on each day. */
const night: Span = { from: 22 * 60, to: 7 * 60 };

export const nights: WeeklySchedule = everyDay([night]);

/** "22:05", as a time field has it. The end of a day is written as midnight. */
export function timeText(minute: number): string {
  return clockText(minute % dayMinutes);
}

/** Minutes after midnight; null for what is no time. */
function readTime(text: string): number | null {
  const [, hours = '', minutes = ''] = /^(\d{2}):(\d{2})(?::\d{2})?$/.exec(text) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return hours !== '' && minute < dayMinutes && Number(minutes) < 60 ? minute : null;
}

/** The span between two times; null when one is missing, or both are the same and not midnight. */
export function readSpan(fromText: string, toText: string): Span | null {
  const [from, toMinute] = [readTime(fromText), readTime(toText)];
  if (from === null || toMinute === null) {
    return null;
  }
  const to = toMinute === 0 ? dayMinutes : toMinute;
  return from === to ? null : { from, to };
}

/** Runs over midnight into the next day. */
export function endsNextDay({ from, to }: Span): boolean {
  return to < from;
}

export function isWholeDay({ from, to }: Span): boolean {
  return from === 0 && to === dayMinutes;
}

/** With the span at `index` of a day replaced, or taken away by null; past the last one, it is added. */
export function withSpan(
  schedule: WeeklySchedule,
  day: Weekday,
  index: number,
  span: Span | null,
): WeeklySchedule {
  const spans = schedule[day].toSpliced(index, 1, ...(span === null ? [] : [span]));
  return { ...schedule, [day]: spans };
}

/** A span for "add hours": behind the last one where there is room, else the whole day. */
export function nextSpan(spans: readonly Span[]): Span {
  const last = spans.at(-1);
  if (last === undefined) {
    return night;
  }
  const from = endsNextDay(last) ? dayMinutes : last.to;
  return from + 60 < dayMinutes
    ? { from, to: Math.min(from + 120, dayMinutes) }
    : { from: 9 * 60, to: 12 * 60 };
}

/** The parts of a day in which it may work, with what runs over from the day before: for a picture of the day. */
export function workedParts(schedule: WeeklySchedule, day: Weekday): Span[] {
  const over = schedule[weekdayAfter(day, -1)]
    .filter(endsNextDay)
    .map(({ to }) => ({ from: 0, to }));
  const own = schedule[day].map((span) =>
    endsNextDay(span) ? { from: span.from, to: dayMinutes } : span,
  );
  return [...over, ...own];
}
