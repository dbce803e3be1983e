import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Span,
  type Weekday,
  weekdays,
  weeklyScheduleSchema,
  type WeeklySchedule,
} from '../../../src-shared/settings/schedule.ts';
import { formatSchedule, parseSchedule } from './schedule-words.ts';

const night: Span = { from: 1080, to: 480 };
const allDay: Span = { from: 0, to: 1440 };

function on(hours: Partial<Record<Weekday, Span[]>>): WeeklySchedule {
  return weeklyScheduleSchema.parse(hours);
}

const nightsAndWeekend = on({
  monday: [night],
  tuesday: [night],
  wednesday: [night],
  thursday: [night],
  friday: [night],
  saturday: [allDay],
  sunday: [allDay],
});

const spans = fc
  .record({ from: fc.integer({ min: 0, max: 1439 }), to: fc.integer({ min: 1, max: 1440 }) })
  .filter(({ from, to }) => from !== to);
const schedules = fc
  .tuple(...weekdays.map(() => fc.array(spans, { maxLength: 4 })))
  .map((days) => on(Object.fromEntries(weekdays.map((day, index) => [day, days[index] ?? []]))));

describe('a schedule in words', () => {
  it('reads back as the same, whatever it is', () => {
    fc.assert(
      fc.property(fc.option(schedules), (schedule) => {
        expect(parseSchedule(formatSchedule(schedule))).toEqual(schedule);
      }),
    );
  });

  it('is printed as people would write it', () => {
    const text = 'mon-fri 18:00-08:00, sat,sun 00:00-24:00';
    expect(parseSchedule(text)).toEqual(nightsAndWeekend);
    expect(formatSchedule(nightsAndWeekend)).toBe(text);
    expect(formatSchedule(on({ monday: [night], wednesday: [night] }))).toBe('mon,wed 18:00-08:00');
    expect(formatSchedule(on({ sunday: [{ from: 65, to: 130 }, night] }))).toBe(
      'sun 01:05-02:10 18:00-08:00',
    );
  });

  it.each([
    ['Monday - Friday 18:00 – 8:00; Saturday, SUN 0:00-0:00', nightsAndWeekend],
    ['weekdays 18-8, weekend 0-24', nightsAndWeekend],
    ['Monday,Tue wed-fri 18:00–8:00 sat sun 0:00-0:00', nightsAndWeekend],
    ['mon-fri 18:00-8:00\nsat-sun 0:00-24:00', nightsAndWeekend],
    [
      'fri-mon 0-24',
      on({ friday: [allDay], saturday: [allDay], sunday: [allDay], monday: [allDay] }),
    ],
    ['mon 20-00:00', on({ monday: [{ from: 1200, to: 1440 }] })],
    ['mon, mon 18-8', on({ monday: [night] })],
    ['always', null],
    ['never', on({})],
  ])('takes %j for what it means', (text, schedule) => {
    expect(parseSchedule(text)).toEqual(schedule);
  });

  it.each([
    ['mon-fry 18:00-08:00', '"mon-fry" is neither a day'],
    ['mon 18:00', '"18:00" is neither a day'],
    ['mon 25:00-08:00', '"25:00-08:00" names a time that no day has'],
    ['mon 08:00-08:60', '"08:00-08:60" names a time'],
    ['mon 24:00-08:00', '"24:00-08:00" names a time'],
    ['mon 08:00-08:00', '"08:00-08:00" ends when it begins'],
    ['18:00-08:00', '"18:00-08:00" says hours, and no day'],
    ['mon 18-8, tue', 'No hours stand after "tue"'],
    ['  ', 'It names no day'],
    ['always mon 18-8', '"always" is neither'],
    ['constructor 18-8', '"constructor" is neither'],
  ])('says what is wrong with %j', (text, words) => {
    expect(() => parseSchedule(text)).toThrow(words);
    expect(() => parseSchedule(text)).toThrow(expect.objectContaining({ code: 'setting-invalid' }));
  });

  it('names a wrong word wherever it stands, and never fails in another way', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          parseSchedule(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'setting-invalid' });
        }
      }),
    );
    const words = ['mon', 'tue-thu', '18:00-08:00', '0-24'];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words)),
        fc.array(fc.constantFrom(...words)),
        (...sides) => {
          const [before, after] = sides;
          expect(() => parseSchedule(['mon', ...before, 'sometimes', ...after].join(' '))).toThrow(
            '"sometimes" is neither a day',
          );
        },
      ),
    );
  });
});
