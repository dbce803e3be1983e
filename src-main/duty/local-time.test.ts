import { describe, expect, it } from 'vitest';
import { berlin } from '../../test/support/machine/time-zones.ts';
import { noon, utc } from '../../test/support/host/duty-inputs.ts';
import {
  localTime,
  minuteMs,
  systemZone,
  tomorrowMorning,
  type Zone,
} from '../../src-shared/local-time.ts';
import { timeWords } from '../../src-shared/words/words.ts';

function utcMs(text: string): number {
  return Date.parse(`${text}:00Z`);
}

describe('the clock on the wall', () => {
  it.each([
    ['2026-06-15T12:00', utc, 'monday', 720],
    ['2026-06-15T23:30', berlin, 'tuesday', 90],
    ['2026-01-18T23:30', berlin, 'monday', 30],
    // 01:59 winter time is followed by 03:00 summer time.
    ['2026-03-29T00:59', berlin, 'sunday', 119],
    ['2026-03-29T01:00', berlin, 'sunday', 180],
    // 02:59 summer time is followed by 02:00 winter time.
    ['2026-10-25T00:59', berlin, 'sunday', 179],
    ['2026-10-25T01:00', berlin, 'sunday', 120],
    ['2026-06-15T00:10', () => -9.5 * 60, 'sunday', 880],
  ] as const)('at %s UTC', (text, zone: Zone, weekday, minute) => {
    expect(localTime(utcMs(text), zone)).toEqual({ weekday, minute });
  });

  it('is by default the one of the zone that the computer is set to', () => {
    const now = Date.UTC(2026, 6, 1, 10, 20);
    const date = new Date(now);
    expect(localTime(now, systemZone)).toMatchObject({
      minute: date.getHours() * 60 + date.getMinutes(),
    });
  });

  it.each([
    ['UTC', 0, 0],
    ['Europe/Berlin', 60, 120],
    ['America/St_Johns', -210, -150],
    ['Australia/Lord_Howe', 660, 630],
  ])('knows the offsets of %s in January and July', (name, january, july) => {
    const before = process.env['TZ'];
    process.env['TZ'] = name;
    try {
      expect([systemZone(Date.UTC(2026, 0, 1)), systemZone(Date.UTC(2026, 6, 1))]).toEqual([
        january,
        july,
      ]);
    } finally {
      if (before === undefined) {
        delete process.env['TZ'];
      } else {
        process.env['TZ'] = before;
      }
    }
  });
});

describe('tomorrow', () => {
  it.each([
    ['in the evening', '2026-06-15T20:00', '2026-06-16T06:00'],
    ['after midnight, when the night is not over', '2026-06-16T00:30', '2026-06-16T06:00'],
    ['just before four', '2026-06-16T03:59', '2026-06-16T06:00'],
    ['early in the morning', '2026-06-16T04:00', '2026-06-17T06:00'],
  ])('is the morning to come: %s', (_, asked, morning) => {
    expect(tomorrowMorning(utcMs(asked), utc)).toBe(utcMs(morning));
  });

  it.each([
    ['spring', '2026-03-28T19:00', '2026-03-29T04:00'],
    ['autumn', '2026-10-24T18:00', '2026-10-25T05:00'],
  ])('is six by the clock on the wall on the night of the change in %s', (_, asked, morning) => {
    expect(tomorrowMorning(utcMs(asked), berlin)).toBe(utcMs(morning));
  });

  it('is always ahead, by less than 27 hours', () => {
    for (let hour = 0; hour < 24 * 366; hour += 1) {
      const asked = Date.UTC(2026, 0, 1, hour, 7);
      const ahead = tomorrowMorning(asked, berlin) - asked;
      expect(ahead).toBeGreaterThan(0);
      expect(ahead).toBeLessThan(27 * 60 * minuteMs);
    }
  });
});

describe('a time in words', () => {
  it.each([
    [Date.UTC(2026, 5, 15, 14, 5), '14:05'],
    [Date.UTC(2026, 5, 15, 0, 0), '00:00'],
    [Date.UTC(2026, 5, 16, 6, 0), 'Tuesday 06:00'],
    // The same weekday is not the same day.
    [Date.UTC(2026, 5, 22, 6, 0), 'Monday 06:00'],
  ])('of %d', (wallMs, words) => {
    expect(timeWords(wallMs, noon)).toBe(words);
  });
});
