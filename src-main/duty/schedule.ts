/**
 * The owner's weekly hours. One rule holds on every day of the year: the machine may work while the wall clock shows
 * a time inside a span. So a span inside the hour that is left out in spring does not happen, one inside the hour
 * that is repeated in autumn happens twice, and a night across the change is an hour shorter or longer.
 */
import type { Weekday, WeeklySchedule } from '../../src-shared/settings/schedule.ts';
import { localTime, minuteMs, weekdayAfter, type Zone } from '../../src-shared/local-time.ts';

const searchedMs = 8 * 24 * 60 * minuteMs;

export function isInSchedule(schedule: WeeklySchedule, wallMs: number, zone: Zone): boolean {
  const { weekday, minute } = localTime(wallMs, zone);
  return isInSpans(schedule, weekday, minute);
}

/**
 * When the machine may work again, in milliseconds since 1970; undefined when it never may, or already may. It tries
 * the wall clock minute by minute for at most eight days, which takes about a millisecond.
 */
export function nextOpening(
  schedule: WeeklySchedule,
  wallMs: number,
  zone: Zone,
): number | undefined {
  const hasHours = Object.values(schedule).some((spans) => spans.length > 0);
  if (!hasHours || isInSchedule(schedule, wallMs, zone)) {
    return undefined;
  }
  const firstMinute = Math.ceil(wallMs / minuteMs) * minuteMs;
  for (let instant = firstMinute; instant <= wallMs + searchedMs; instant += minuteMs) {
    if (isInSchedule(schedule, instant, zone)) {
      return instant;
    }
  }
  return undefined;
}

function isInSpans(schedule: WeeklySchedule, weekday: Weekday, minute: number): boolean {
  return (
    schedule[weekday].some(({ from, to }) => minute >= from && (minute < to || to < from)) ||
    schedule[weekdayAfter(weekday, -1)].some(({ from, to }) => to < from && minute < to)
  );
}
