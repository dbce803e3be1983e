import { describe, expect, it } from 'vitest';
import { everyDay, weeklyScheduleSchema } from '../../../src-shared/settings/schedule.ts';
import { nextSpan, nights, readSpan, timeText, withSpan, workedParts } from './schedule-form.ts';

describe('times of a schedule', () => {
  it('are written with two digits, the end of a day as midnight', () => {
    expect([0, 65, 1325, 1440].map(timeText)).toEqual(['00:00', '01:05', '22:05', '00:00']);
  });

  it('make a span, over midnight too, and midnight at its end is the end of the day', () => {
    expect(readSpan('08:00', '17:30')).toEqual({ from: 480, to: 1050 });
    expect(readSpan('22:00', '07:00')).toEqual({ from: 1320, to: 420 });
    expect(readSpan('22:00', '00:00')).toEqual({ from: 1320, to: 1440 });
    expect(readSpan('00:00', '00:00')).toEqual({ from: 0, to: 1440 });
  });

  it.each([
    ['', '07:00'],
    ['08:00', ''],
    ['08:00', '08:00'],
    ['25:00', '08:00'],
    ['08:61', '09:00'],
  ])('make none from %j until %j', (from, to) => {
    expect(readSpan(from, to)).toBeNull();
  });
});

describe('a week', () => {
  it('is what the host accepts and answers, key by key in the same order', () => {
    expect(JSON.stringify(weeklyScheduleSchema.parse(nights))).toBe(JSON.stringify(nights));
  });

  it('changes one span alone', () => {
    const noon = { from: 720, to: 780 };
    const one = withSpan(nights, 'tuesday', 1, noon);
    expect(one.tuesday).toEqual([...nights.tuesday, noon]);
    expect(withSpan(one, 'tuesday', 0, null).tuesday).toEqual([noon]);
    expect(withSpan(one, 'tuesday', 1, { ...noon, to: 840 }).tuesday[1]).toEqual({
      from: 720,
      to: 840,
    });
    expect(one.monday).toEqual(nights.monday);
  });

  it('offers hours that the schema takes, whatever there is already', () => {
    for (const spans of [
      [],
      [{ from: 0, to: 1440 }],
      [{ from: 1320, to: 420 }],
      [{ from: 600, to: 1380 }],
    ]) {
      const week = everyDay([...spans, nextSpan(spans)]);
      expect(weeklyScheduleSchema.safeParse(week).success).toBe(true);
    }
    expect(nextSpan([{ from: 480, to: 600 }])).toEqual({ from: 600, to: 720 });
  });

  it('shows on a day what runs over from the one before', () => {
    const week = { ...everyDay([]), sunday: [{ from: 1320, to: 420 }] };
    expect(workedParts(week, 'monday')).toEqual([{ from: 0, to: 420 }]);
    expect(workedParts(week, 'sunday')).toEqual([{ from: 1320, to: 1440 }]);
    expect(workedParts(week, 'tuesday')).toEqual([]);
  });
});
