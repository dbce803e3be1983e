/**
 * A weekly schedule as a person types it, and printed in the same words: "mon-fri 18:00-08:00, sat,sun 00:00-24:00".
 * Days, then their hours, then the next days; hours that end before they begin run into the next day. Pure.
 */
import { AppError } from '../../../src-shared/errors.ts';
import { clockText } from '../../../src-shared/local-time.ts';
import {
  dayMinutes,
  everyDay,
  type Span,
  type Weekday,
  weekFromMonday,
  type WeeklySchedule,
} from '../../../src-shared/settings/schedule.ts';
import { scheduleErrors } from '../../../src-shared/words/command-line.ts';

const week = weekFromMonday;

/** Words for several days; single days are called by their name or its first three letters. */
const dayGroups: Readonly<Record<string, readonly Weekday[]>> = {
  daily: week,
  weekdays: week.slice(0, 5),
  weekend: week.slice(5),
};

/**
 * @returns null for "always"
 * @throws AppError `setting-invalid`, naming the wrong word
 */
export function parseSchedule(text: string): WeeklySchedule | null {
  const words = text
    .toLowerCase()
    .replaceAll(/\s*[-–—]\s*/g, '-')
    .split(/[\s,;]+/)
    .filter((word) => word !== '');
  if (words.length === 1 && words[0] === 'always') {
    return null;
  }
  const schedule = everyDay([]);
  if (words.length === 1 && words[0] === 'never') {
    return schedule;
  }
  let days: Weekday[] = [];
  let hasHours = true;
  for (const word of words) {
    const named = daysOf(word);
    if (named !== undefined) {
      days = hasHours ? [...named] : [...days, ...named];
      hasHours = false;
      continue;
    }
    const span = spanOf(word);
    if (days.length === 0) {
      throw wrong(scheduleErrors.hoursWithoutDay(word));
    }
    for (const day of new Set(days)) {
      schedule[day].push(span);
    }
    hasHours = true;
  }
  if (!hasHours || days.length === 0) {
    throw wrong(
      days.length === 0 ? scheduleErrors.noDay : scheduleErrors.dayWithoutHours(words.at(-1) ?? ''),
    );
  }
  return schedule;
}

/** Formats a schedule as `parseSchedule` reads it. Days with the same hours stand together. */
export function formatSchedule(schedule: WeeklySchedule | null): string {
  if (schedule === null) {
    return 'always';
  }
  const daysOfHours = new Map<string, Weekday[]>();
  for (const day of week) {
    const hours = schedule[day].map(spanWords).join(' ');
    if (hours !== '') {
      daysOfHours.set(hours, [...(daysOfHours.get(hours) ?? []), day]);
    }
  }
  return daysOfHours.size === 0
    ? 'never'
    : [...daysOfHours].map(([hours, days]) => `${daysWords(days)} ${hours}`).join(', ');
}

/** undefined when the word is not about days. */
function daysOf(word: string): readonly Weekday[] | undefined {
  if (Object.hasOwn(dayGroups, word)) {
    return dayGroups[word];
  }
  const [from = '', to, ...more] = word.split('-').map(dayIndex);
  if (from === '' || to === '' || more.length > 0) {
    return undefined;
  }
  if (to === undefined) {
    return week.slice(from, from + 1);
  }
  // "fri-mon" goes from Friday over Sunday to Monday.
  return from <= to ? week.slice(from, to + 1) : [...week.slice(0, to + 1), ...week.slice(from)];
}

/** The place of the day in the week; '' when the word is no day. */
function dayIndex(word: string): number | '' {
  const index = week.findIndex((day) => word === day || word === day.slice(0, 3));
  return index < 0 ? '' : index;
}

function spanOf(word: string): Span {
  const [, fromHour, fromMinute, toHour, toMinute] =
    /^(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?$/.exec(word) ?? [];
  if (fromHour === undefined || toHour === undefined) {
    throw wrong(scheduleErrors.neither(word));
  }
  const from = minuteOf(fromHour, fromMinute);
  // As an end, 00:00 is the end of the day.
  const to = minuteOf(toHour, toMinute) || dayMinutes;
  if (from >= dayMinutes || to > dayMinutes) {
    throw wrong(scheduleErrors.noTime(word));
  }
  if (from === to) {
    throw wrong(scheduleErrors.empty(word));
  }
  return { from, to };
}

/** Minutes since midnight; more than a day has when the text is no time of day. */
function minuteOf(hour: string, minute = '0'): number {
  return Number(minute) > 59 ? Number.POSITIVE_INFINITY : Number(hour) * 60 + Number(minute);
}

function spanWords({ from, to }: Span): string {
  return `${clockText(from)}-${clockText(to)}`;
}

/** Three or more days in a row become a range. `days` are in the order of the week. */
function daysWords(days: readonly Weekday[]): string {
  const rows: Weekday[][] = [];
  for (const day of days) {
    const row = rows.at(-1);
    const before = row?.at(-1);
    if (
      row !== undefined &&
      before !== undefined &&
      week.indexOf(day) === week.indexOf(before) + 1
    ) {
      row.push(day);
    } else {
      rows.push([day]);
    }
  }
  return rows
    .flatMap((row) => {
      const names = row.map((day) => day.slice(0, 3));
      return names.length < 3 ? names : [`${names[0] ?? ''}-${names.at(-1) ?? ''}`];
    })
    .join(',');
}

function wrong(what: string): AppError {
  return new AppError('setting-invalid', scheduleErrors.invalid(what));
}
