/**
 * When and how much this machine works: what the duty machine reads of the owner's settings, with defaults for a
 * computer that is also played on. Each is a setting of its own, see settings.ts.
 */
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

/**
 * Part of a day in minutes after midnight as the clock on the wall shows them, `to` not included. Where `to` is
 * not after `from`, the span runs across midnight and ends on the next day.
 */
const spanSchema = z
  .object({ from: z.int().min(0).max(1439), to: z.int().min(1).max(1440) })
  .refine(({ from, to }) => from !== to, 'a span needs a beginning and another end');
export type Span = z.infer<typeof spanSchema>;

function scheduleOf<Spans extends z.ZodType>(span: Spans) {
  const day = z.array(span).max(24).default([]);
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

/** The hours of each weekday in which the machine may work; a day left out has none. */
export const weeklyScheduleSchema = scheduleOf(spanSchema);
export type WeeklySchedule = z.infer<typeof weeklyScheduleSchema>;

const celsiusSchema = z.int().min(40).max(110);
const percentSchema = z.int().min(1).max(100);
const cardSchema = z.object({
  isUsed: z.boolean().default(true),
  /** null takes `temperatureCeilingCelsius`. With one of its own, a card that tells no temperature pauses. */
  temperatureCeilingCelsius: celsiusSchema.nullable().default(null),
});

function cardsOf<Card extends z.ZodType>(card: Card) {
  return z
    .record(z.string().max(200), card)
    .refine((cards) => Object.keys(cards).length <= 64, 'at most 64 cards');
}

/** Cards and schedule as a person gives them: a key with a slip in it is refused, where it would else be left out. */
export const givenCardsSchema = cardsOf(cardSchema.strict());
export const givenScheduleSchema = scheduleOf(spanSchema.strict());

export const preferencesSchema = z.object({
  /** Works only after this many minutes without keyboard, mouse, touch or game pad; 0 works at any time. */
  idleMinutes: z.int().min(0).max(1440),
  /** Pauses while a game or a full-screen window is open. */
  pauseWhileGaming: z.boolean(),
  /** Pauses while other programs use more than this of a card; null never does. */
  pauseOnGpuLoadPercent: percentSchema.nullable(),
  /** Pauses while one of these programs runs, whatever `pauseWhileGaming` says. */
  exclusiveApps: z.array(z.string().min(1).max(260)).max(256),
  onBattery: z.enum(['pause', 'work']),
  onMeteredNetwork: z.enum(['pause', 'work']),
  /** null is always. */
  schedule: weeklyScheduleSchema.nullable(),
  /** A card pauses from here on, and works a smaller share of time from 5 degrees below. */
  temperatureCeilingCelsius: celsiusSchema,
  /** The same for the processor, where it tells; null does not look. */
  cpuTemperatureCeilingCelsius: celsiusSchema.nullable(),
  /** What differs for single cards, by the card's id. */
  cards: cardsOf(cardSchema),
  /** Share of time worked. */
  powerCapPercent: z.int().min(10).max(100),
  /** Pauses while other programs use more than this of the processor; null never does. */
  pauseOnCpuLoadPercent: percentSchema.nullable(),
  /** Share of the processor's cores for work while the owner is active too. */
  cpuLimitWhenActivePercent: percentSchema,
  /** Share of what others leave of a card's memory. */
  videoMemoryPercent: percentSchema,
  /** In units of 1000 bytes a second; null has no limit. */
  downloadLimitKilobytesPerSecond: z.int().min(1).max(100_000_000).nullable(),
  uploadLimitKilobytesPerSecond: z.int().min(1).max(100_000_000).nullable(),
  /** For downloaded models, in units of 10⁹ bytes; null has no limit. */
  diskLimitGigabytes: z.int().min(1).max(1_000_000).nullable(),
  /** Keeps the computer from going to sleep while it serves. */
  keepAwake: z.boolean(),
  /** How long it must have been quiet before work goes on after a pause. */
  steadyQuietSeconds: z.int().min(1).max(3600),
});
export type Preferences = z.infer<typeof preferencesSchema>;

export const defaultPreferences: Preferences = {
  idleMinutes: 5,
  pauseWhileGaming: true,
  pauseOnGpuLoadPercent: 20,
  exclusiveApps: [],
  onBattery: 'pause',
  onMeteredNetwork: 'pause',
  schedule: null,
  temperatureCeilingCelsius: 83,
  // Processors slow themselves down between 95 and 105 °C.
  cpuTemperatureCeilingCelsius: 95,
  cards: {},
  powerCapPercent: 100,
  // What BOINC allows other programs on an idle computer.
  pauseOnCpuLoadPercent: 50,
  cpuLimitWhenActivePercent: 50,
  videoMemoryPercent: 80,
  downloadLimitKilobytesPerSecond: null,
  uploadLimitKilobytesPerSecond: null,
  diskLimitGigabytes: null,
  keepAwake: false,
  steadyQuietSeconds: 60,
};
