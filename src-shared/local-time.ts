/**
 * Wall-clock time, for schedules and sentences. Durations never use it, because it jumps: people set it, and daylight
 * saving shifts it. The time zone is a function, so that tests can use any.
 */
import { type Weekday, weekdays } from './settings/schedule.ts';

/** Minutes that the local time is ahead of UTC at an instant (milliseconds since 1970). */
export type Zone = (wallMs: number) => number;

/** One reading of both clocks. */
export type Moment = {
  /** Milliseconds since 1970; may jump either way. */
  readonly wallMs: number;
  /** Monotonic time, in milliseconds; it may stand still while the computer sleeps. */
  readonly monotonicMs: number;
  readonly zone: Zone;
};

export type LocalTime = {
  readonly weekday: Weekday;
  /** Minutes since midnight, 0 to 1439, by the wall clock. */
  readonly minute: number;
};

export const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The zone of this computer. */
export const systemZone: Zone = (wallMs) => 0 - new Date(wallMs).getTimezoneOffset();

/** The current time and zone, for sentences with a time in them. */
export function localNow(): Pick<Moment, 'wallMs' | 'zone'> {
  return { wallMs: Date.now(), zone: systemZone };
}

export function localTime(wallMs: number, zone: Zone): LocalTime {
  const local = shifted(wallMs, zone);
  return {
    weekday: weekdayAt(local.getUTCDay()),
    minute: local.getUTCHours() * 60 + local.getUTCMinutes(),
  };
}

/** "14:05", of minutes since midnight. */
export function clockText(minute: number): string {
  return [Math.floor(minute / 60), minute % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** The weekday that many days later. */
export function weekdayAfter(weekday: Weekday, days: number): Weekday {
  return weekdayAt(weekdays.indexOf(weekday) + days);
}

/**
 * The next morning, for "until tomorrow": six o'clock. A person who asks before four has not gone to bed yet, and
 * means the coming morning.
 */
export function tomorrowMorning(wallMs: number, zone: Zone): number {
  const nightEnds = 4 * 60 * minuteMs;
  const local = shifted(wallMs, zone).getTime();
  const dayBegan = Math.floor((local - nightEnds) / dayMs) * dayMs;
  return instantOf(dayBegan + dayMs + 6 * 60 * minuteMs, zone);
}

/** A date whose UTC fields have the local time. */
function shifted(wallMs: number, zone: Zone): Date {
  return new Date(wallMs + zone(wallMs) * minuteMs);
}

/** The first instant at which the wall clock shows `localMs`, which is read as if it were UTC. */
function instantOf(localMs: number, zone: Zone): number {
  // The offsets half a day earlier and later are those before and after a change near this time.
  const candidates = [localMs - dayMs / 2, localMs + dayMs / 2].map(
    (near) => localMs - zone(near) * minuteMs,
  );
  const exact = candidates.filter((instant) => shifted(instant, zone).getTime() === localMs);
  // A time that is skipped by the change never shows; the later candidate is the one after the change.
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
}

/** The number of the local day; equal for two instants of one day. */
export function dayNumber(wallMs: number, zone: Zone): number {
  return Math.floor(shifted(wallMs, zone).getTime() / dayMs);
}

function weekdayAt(index: number): Weekday {
  const weekday = weekdays.at(index % weekdays.length);
  if (weekday === undefined) {
    throw new RangeError(`There is no weekday ${index}.`);
  }
  return weekday;
}
