import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  everyDay,
  type Span,
  type WeeklySchedule,
  weekdays,
  weeklyScheduleSchema,
} from '../../src-shared/settings/schedule.ts';
import { utc } from '../../test/support/host/duty-inputs.ts';
import { berlin, berlinAutumn, berlinSpring } from '../../test/support/machine/time-zones.ts';
import { localTime, minuteMs } from '../../src-shared/local-time.ts';
import { isInSchedule, nextOpening } from './schedule.ts';

const hourMs = 60 * minuteMs;

function schedule(days: Partial<WeeklySchedule>): WeeklySchedule {
  return weeklyScheduleSchema.parse(days);
}

/** "22:00-07:00" */
function span(text: string): Span {
  const [from, to] = text.split('-').map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return hours * 60 + minutes;
  });
  return { from: from ?? 0, to: to ?? 0 };
}

/** Minutes of a period in which the machine may work. */
function openMinutes(hours: WeeklySchedule, from: number, to: number): number {
  let open = 0;
  for (let instant = from; instant < to; instant += minuteMs) {
    open += isInSchedule(hours, instant, berlin) ? 1 : 0;
  }
  return open;
}

describe('a weekly schedule', () => {
  it.each([
    ['before it begins', { monday: [span('09:00-17:00')] }, '2026-06-15T08:59', false],
    ['at its first minute', { monday: [span('09:00-17:00')] }, '2026-06-15T09:00', true],
    ['in its last minute', { monday: [span('09:00-17:00')] }, '2026-06-15T16:59', true],
    ['when it has ended', { monday: [span('09:00-17:00')] }, '2026-06-15T17:00', false],
    ['on another day', { monday: [span('09:00-17:00')] }, '2026-06-16T12:00', false],
    ['on a whole day', { monday: [span('00:00-24:00')] }, '2026-06-15T23:59', true],
    ['after a whole day', { monday: [span('00:00-24:00')] }, '2026-06-16T00:00', false],
    ['before midnight', { monday: [span('22:00-07:00')] }, '2026-06-15T23:00', true],
    ['after midnight', { monday: [span('22:00-07:00')] }, '2026-06-16T06:59', true],
    ['in the morning after', { monday: [span('22:00-07:00')] }, '2026-06-16T07:00', false],
    ['in the morning before', { monday: [span('22:00-07:00')] }, '2026-06-15T06:00', false],
    ['from Saturday to Sunday', { saturday: [span('22:00-07:00')] }, '2026-06-14T03:00', true],
    [
      'in the second of two spans',
      { monday: [span('01:00-02:00'), span('12:00-13:00')] },
      '2026-06-15T12:30',
      true,
    ],
    ['without hours', {}, '2026-06-15T12:00', false],
  ])('%s', (_, days: Partial<WeeklySchedule>, time, isIn) => {
    expect(isInSchedule(schedule(days), Date.parse(`${time}:00Z`), utc)).toBe(isIn);
  });

  it('follows the clock on the wall, so a night is an hour shorter in spring and longer in autumn', () => {
    const nights = everyDay([span('22:00-07:00')]);
    const lengthOfNight = (change: number): number =>
      openMinutes(nights, change - 12 * hourMs, change + 12 * hourMs) / 60;
    expect(lengthOfNight(Date.UTC(2026, 5, 15, 1))).toBe(9);
    expect(lengthOfNight(berlinSpring)).toBe(8);
    expect(lengthOfNight(berlinAutumn)).toBe(10);
  });

  it('has no hour that spring leaves out, and twice the one that autumn repeats', () => {
    const early = schedule({ sunday: [span('02:00-03:00')] });
    expect(openMinutes(early, berlinSpring - 6 * hourMs, berlinSpring + 6 * hourMs)).toBe(0);
    expect(openMinutes(early, berlinAutumn - 6 * hourMs, berlinAutumn + 6 * hourMs)).toBe(120);
  });

  it('ends in time where its end is left out, and where its beginning is', () => {
    const ending = schedule({ sunday: [span('01:30-02:30')] });
    expect(isInSchedule(ending, berlinSpring - minuteMs, berlin)).toBe(true);
    expect(isInSchedule(ending, berlinSpring, berlin)).toBe(false);
    const beginning = schedule({ sunday: [span('02:30-03:30')] });
    expect(isInSchedule(beginning, berlinSpring, berlin)).toBe(true);
    expect(isInSchedule(beginning, berlinSpring + 30 * minuteMs, berlin)).toBe(false);
  });
});

describe('the next opening', () => {
  it.each([
    ['later today', { monday: [span('22:00-07:00')] }, '2026-06-15T12:00:30', '2026-06-15T22:00'],
    [
      'on another day',
      { friday: [span('00:00-24:00')] },
      '2026-06-15T12:00:00',
      '2026-06-19T00:00',
    ],
    ['in a week', { monday: [span('09:00-10:00')] }, '2026-06-15T10:00:00', '2026-06-22T09:00'],
  ])('is %s', (_, days: Partial<WeeklySchedule>, time, opening) => {
    expect(nextOpening(schedule(days), Date.parse(`${time}Z`), utc)).toBe(
      Date.parse(`${opening}:00Z`),
    );
  });

  it('is not there when the machine may work now, or never', () => {
    expect(nextOpening(everyDay([span('00:00-24:00')]), 0, utc)).toBeUndefined();
    expect(nextOpening(schedule({}), 0, utc)).toBeUndefined();
  });

  it('is the second half past two, when autumn repeats the hour', () => {
    const hours = schedule({ sunday: [span('02:30-03:00')] });
    expect(nextOpening(hours, berlinAutumn, berlin)).toBe(berlinAutumn + 30 * minuteMs);
  });

  it('is the first minute inside a span, whatever the schedule and the day', () => {
    const minute = integer({ min: 0, max: 1439 });
    const spans = array(
      record({ from: minute, to: minute }).map(({ from, to }) => ({
        from,
        to: to === from ? from + 1 : to,
      })),
      { maxLength: 2 },
    );
    const hours = record(
      Object.fromEntries(weekdays.map((day) => [day, spans])) as Record<
        (typeof weekdays)[number],
        typeof spans
      >,
    );
    const start = constantFrom(berlinSpring, berlinAutumn, Date.UTC(2026, 11, 31, 12));
    const shift = integer({ min: -48 * 60, max: 48 * 60 });
    assert(
      property(hours, start, shift, (weekly, around, minutes) => {
        const now = around + minutes * minuteMs;
        const opening = nextOpening(weekly, now, berlin);
        if (opening === undefined) {
          const isNever = Object.values(weekly).every((spans) => spans.length === 0);
          expect(isNever || isInSchedule(weekly, now, berlin)).toBe(true);
        } else {
          expect(isInSchedule(weekly, now, berlin)).toBe(false);
          expect(isInSchedule(weekly, opening, berlin)).toBe(true);
          expect(isInSchedule(weekly, opening - minuteMs, berlin)).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('stands at a time that the clock on the wall shows', () => {
    const opening = nextOpening(
      schedule({ monday: [span('22:00-23:00')] }),
      Date.UTC(2026, 5, 15, 1),
      berlin,
    );
    expect(localTime(opening ?? 0, berlin)).toEqual({ weekday: 'monday', minute: 22 * 60 });
  });
});
