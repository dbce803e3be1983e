/**
 * When and how much this machine works: what the duty machine reads of the owner's settings, with defaults for a
 * computer that is also played on.
 */
import { z } from 'zod';
import { cardsSchema, celsiusSchema, givenCardsSchema } from './cards.ts';
import { defaultsOf, type ValuesOf } from './derive.ts';
import { givenScheduleSchema, weeklyScheduleSchema } from './schedule.ts';
import { setting } from './setting.ts';

const percentSchema = z.int().min(1).max(100);
const pauseOrWork = z.enum(['pause', 'work']);

export const preferences = {
  /** Works only after this many minutes without keyboard, mouse, touch or game pad; 0 works at any time. */
  idleMinutes: setting({
    schema: z.int().min(0).max(1440),
    default: 5,
    unit: 'minutes',
    group: 'when',
    applies: 'live',
  }),
  /** Pauses while a game or a full-screen window is open. */
  pauseWhileGaming: setting({
    schema: z.boolean(),
    default: true,
    group: 'when',
    applies: 'live',
  }),
  /** Pauses while one of these programs runs, whatever `pauseWhileGaming` says. */
  exclusiveApps: setting({
    schema: z.array(z.string().min(1).max(260)).max(256),
    default: [],
    group: 'when',
    applies: 'live',
  }),
  /** Pauses while other programs use more than this of a card; null never does. */
  pauseOnGpuLoadPercent: setting({
    schema: percentSchema.nullable(),
    default: 20,
    unit: 'percent',
    group: 'when',
    applies: 'live',
  }),
  /** Pauses while other programs use more than this of the processor; null never does. */
  pauseOnCpuLoadPercent: setting({
    schema: percentSchema.nullable(),
    // What BOINC allows other programs on an idle computer.
    default: 50,
    unit: 'percent',
    group: 'when',
    applies: 'live',
  }),
  onBattery: setting({
    schema: pauseOrWork,
    default: 'pause',
    switch: { on: 'pause', off: 'work' },
    group: 'when',
    applies: 'live',
  }),
  onMeteredNetwork: setting({
    schema: pauseOrWork,
    default: 'pause',
    switch: { on: 'pause', off: 'work' },
    group: 'when',
    applies: 'live',
  }),
  /** How long it must have been quiet before work goes on after a pause. */
  steadyQuietSeconds: setting({
    schema: z.int().min(1).max(3600),
    default: 60,
    unit: 'seconds',
    group: 'when',
    applies: 'live',
  }),
  /** null is always. */
  schedule: setting({
    schema: weeklyScheduleSchema.nullable(),
    given: givenScheduleSchema.nullable(),
    default: null,
    group: 'when',
    applies: 'live',
  }),
  /** A card pauses from here on, and works a smaller share of time from 5 degrees below. */
  temperatureCeilingCelsius: setting({
    schema: celsiusSchema,
    default: 83,
    unit: 'celsius',
    group: 'much',
    applies: 'live',
  }),
  /** The same for the processor, where it tells; null does not check it. */
  cpuTemperatureCeilingCelsius: setting({
    schema: celsiusSchema.nullable(),
    // Processors slow themselves down between 95 and 105 °C.
    default: 95,
    unit: 'celsius',
    group: 'much',
    applies: 'live',
  }),
  /** Share of time worked. */
  powerCapPercent: setting({
    schema: z.int().min(10).max(100),
    default: 100,
    unit: 'percent',
    group: 'much',
    applies: 'live',
  }),
  /** Share of the processor's cores for work while the owner is active too. */
  cpuLimitWhenActivePercent: setting({
    schema: percentSchema,
    default: 50,
    unit: 'percent',
    group: 'much',
    applies: 'live',
  }),
  /** Share of what others leave of a card's memory. */
  videoMemoryPercent: setting({
    schema: percentSchema,
    default: 80,
    unit: 'percent',
    group: 'much',
    applies: 'live',
  }),
  /** Keeps the computer from going to sleep while it serves. */
  keepAwake: setting({ schema: z.boolean(), default: false, group: 'much', applies: 'live' }),
  cards: setting({
    schema: cardsSchema,
    given: givenCardsSchema,
    default: {},
    group: 'much',
    applies: 'live',
  }),
};
export type Preferences = ValuesOf<typeof preferences>;

export const defaultPreferences: Preferences = defaultsOf(preferences);
