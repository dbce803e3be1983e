/** The hours of a week in which the machine may work. */
import { z } from 'zod';

/** In the order of JavaScript's `getUTCDay`. */
export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;
export type Weekday = (typeof weekdays)[number];

/** Monday first, as people read a week. */
export const weekFromMonday: readonly Weekday[] = [...weekdays.slice(1), 'sunday'];

export const dayMinutes = 1440;
/** Most spans in a day. */
export const mostSpans = 24;

/**
 * Part of a day, in minutes after midnight by the wall clock, without `to` itself. Where `to` is not after `from`,
 * the span runs across midnight and ends on the next day.
 */
const spanSchema = z
  .object({
    from: z
      .int()
      .min(0)
      .max(dayMinutes - 1),
    to: z.int().min(1).max(dayMinutes),
  })
  .refine(({ from, to }) => from !== to, 'a span needs a beginning and another end');
export type Span = z.infer<typeof spanSchema>;

function scheduleOf<Spans extends z.ZodType>(span: Spans) {
  const day = z.array(span).max(mostSpans).default([]);
  return z.strictObject({
    sunday: day,
    monday: day,
    tuesday: day,
    wednesday: day,
    thursday: day,
    friday: day,
    saturday: day,
  } satisfies Record<Weekday, typeof day>);
}

/** The hours of each weekday; a missing day has none. */
export const weeklyScheduleSchema = scheduleOf(spanSchema);
export type WeeklySchedule = z.infer<typeof weeklyScheduleSchema>;

/** The same from a person: a mistyped key is refused, where it would otherwise be left out. */
export const givenScheduleSchema = scheduleOf(spanSchema.strict());

/** A schedule with these hours on each day. */
export function everyDay(spans: readonly Span[]): WeeklySchedule {
  return Object.fromEntries(weekdays.map((day) => [day, [...spans]])) as WeeklySchedule;
}
