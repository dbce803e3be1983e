/**
 * When and how much this machine works: the settings that the duty reads, with defaults for a computer that is also
 * used for games.
 */
import { z } from 'zod';
import { cardsSchema, celsiusSchema, givenCardsSchema } from './cards.ts';
import { defaultsOf, type ValuesOf } from './derive.ts';
import { givenScheduleSchema, weeklyScheduleSchema } from './schedule.ts';
import { setting } from './setting.ts';

const percentSchema = z.int().min(1).max(100);
const pauseOrWork = z.enum(['pause', 'work']);

export const preferences = {
  /** Work only after this many minutes without keyboard, mouse, touch or game pad; 0: at any time. */
  idleMinutes: setting({
    schema: z.int().min(0).max(1440),
    default: 5,
    unit: 'minutes',
    group: 'when',
    applies: 'live',
  }),
  /** Pause while a game or a full-screen window is open. */
  pauseWhileGaming: setting({
    schema: z.boolean(),
    default: true,
    group: 'when',
    applies: 'live',
  }),
  /** Pause while one of these programs runs, whatever `pauseWhileGaming` says. */
  exclusiveApps: setting({
    schema: z.array(z.string().min(1).max(260)).max(256),
    default: [],
    group: 'when',
    applies: 'live',
  }),
  /** Pause while other programs use more than this of a card; null: never. */
  pauseOnGpuLoadPercent: setting({
    schema: percentSchema.nullable(),
    default: 20,
    unit: 'percent',
    group: 'when',
    applies: 'live',
  }),
  /** Pause while other programs use more than this of the processor; null: never. */
  pauseOnCpuLoadPercent: setting({
    schema: percentSchema.nullable(),
    // The default of BOINC, for other programs on an idle computer.
    default: 50,
    unit: 'percent',
    group: 'when',
    applies: 'live',
  }),
  /** Pause models in the computer's memory while less than this of it is free; null: never. */
  pauseOnFreeMemoryPercent: setting({
    schema: percentSchema.max(90).nullable(),
    default: 10,
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
  /** How long the cause of a pause must have been gone before work goes on. */
  steadyQuietSeconds: setting({
    schema: z.int().min(1).max(3600),
    default: 60,
    unit: 'seconds',
    group: 'when',
    applies: 'live',
  }),
  /** null: always. */
  schedule: setting({
    schema: weeklyScheduleSchema.nullable(),
    given: givenScheduleSchema.nullable(),
    default: null,
    group: 'when',
    applies: 'live',
  }),
  /** A card pauses from here on; from 5 degrees below, it works a smaller share of the time. */
  temperatureCeilingCelsius: setting({
    schema: celsiusSchema,
    default: 83,
    unit: 'celsius',
    group: 'much',
    applies: 'live',
  }),
  /** The same for the processor, where its temperature is known; null: not checked. */
  cpuTemperatureCeilingCelsius: setting({
    schema: celsiusSchema.nullable(),
    // Processors slow themselves down between 95 and 105 °C.
    default: 95,
    unit: 'celsius',
    group: 'much',
    applies: 'live',
  }),
  /** The share of the time that it works. */
  powerCapPercent: setting({
    schema: z.int().min(10).max(100),
    default: 100,
    unit: 'percent',
    group: 'much',
    applies: 'live',
  }),
  /** The share of the processor's cores that may work while the owner is active. */
  cpuLimitWhenActivePercent: setting({
    schema: percentSchema,
    default: 50,
    unit: 'percent',
    group: 'much',
    applies: 'live',
  }),
  /** The share of a card's memory, of what other programs leave. */
  videoMemoryPercent: setting({
    schema: percentSchema,
    default: 80,
    unit: 'percent',
    group: 'much',
    applies: 'live',
  }),
  /** Keep the computer from going to sleep while it serves. */
  keepAwake: setting({ schema: z.boolean(), default: false, group: 'much', applies: 'live' }),
  cards: setting({
    schema: cardsSchema,
    given: givenCardsSchema,
    default: {},
    group: 'much',
    applies: 'live',
  }),
  /** Which cards are filled first, by id, PCI address or name; the others follow, the largest first. */
  cardOrder: setting({
    schema: z.array(z.string().min(1).max(200)).max(16),
    default: [],
    group: 'much',
    applies: 'live',
  }),
};
export type Preferences = ValuesOf<typeof preferences>;

export const defaultPreferences: Preferences = defaultsOf(preferences);
