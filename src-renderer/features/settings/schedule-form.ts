/** Converts between the weekly hours of the settings and the fields of the form. Pure. */
import { clockText, weekdayAfter } from '../../../src-shared/local-time.ts';
import {
  dayMinutes,
  everyDay,
  type Span,
  type Weekday,
  type WeeklySchedule,
} from '../../../src-shared/settings/schedule.ts';

/** The first entry of a new schedule: a night, on every day. */
const night: Span = { from: 22 * 60, to: 7 * 60 };

export const nights: WeeklySchedule = everyDay([night]);

/** "22:05", as a time field needs it. The end of a day is midnight. */
export function timeText(minute: number): string {
  return clockText(minute % dayMinutes);
}

/** Minutes after midnight; null for a text that is no time. */
function readTime(text: string): number | null {
  const [, hours = '', minutes = ''] = /^(\d{2}):(\d{2})(?::\d{2})?$/.exec(text) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return hours !== '' && minute < dayMinutes && Number(minutes) < 60 ? minute : null;
}

/** The span between two times; null when one is missing, or when both are the same and not midnight. */
export function readSpan(fromText: string, toText: string): Span | null {
  const [from, toMinute] = [readTime(fromText), readTime(toText)];
  if (from === null || toMinute === null) {
    return null;
  }
  const to = toMinute === 0 ? dayMinutes : toMinute;
  return from === to ? null : { from, to };
}

/** Whether the span runs over midnight into the next day. */
export function endsNextDay({ from, to }: Span): boolean {
  return to < from;
}

export function isWholeDay({ from, to }: Span): boolean {
  return from === 0 && to === dayMinutes;
}

/**
 * The schedule with the span at `index` of a day replaced, or removed when `span` is null; past the last one, the
 * span is added.
 */
export function withSpan(
  schedule: WeeklySchedule,
  day: Weekday,
  index: number,
  span: Span | null,
): WeeklySchedule {
  const spans = schedule[day].toSpliced(index, 1, ...(span === null ? [] : [span]));
  return { ...schedule, [day]: spans };
}

/** The span for "add hours": after the last one where there is room, else the whole day. */
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

/**
 * The parts of a day in which the machine may work, with what runs over from the day before: for a picture of the
 * day.
 */
export function workedParts(schedule: WeeklySchedule, day: Weekday): Span[] {
  const over = schedule[weekdayAfter(day, -1)]
    .filter(endsNextDay)
    .map(({ to }) => ({ from: 0, to }));
  const own = schedule[day].map((span) =>
    endsNextDay(span) ? { from: span.from, to: dayMinutes } : span,
  );
  return [...over, ...own];
}
