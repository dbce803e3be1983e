/**
 * What the machine does, and what MindMesh does about it: facts, preferences, duty. Sensors fill in the facts,
 * `nextDuty` decides, the host acts, and the tray, the window and the command line show the result.
 */
import { z } from 'zod';
import { lenientList } from './lenient-list.ts';
import { type MissingReason, missingReasonSchema } from './missing-reason.ts';

/** A value, or the reason why there is none. An unknown reading never counts as idle. */
function readingSchema<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('isKnown', [
    z.object({ isKnown: z.literal(true), value }),
    z.object({ isKnown: z.literal(false), reason: missingReasonSchema }),
  ]);
}
export type Reading<T> =
  | { readonly isKnown: true; readonly value: T }
  | { readonly isKnown: false; readonly reason: MissingReason };

const numberReading = readingSchema(z.number());
const yesOrNoReading = readingSchema(z.boolean());

export const graphicsDriverSchema = z.object({
  /** Its own name or its maker's: "amdgpu", "NVIDIA". */
  name: z.string().max(40),
  version: z.string().max(60).nullable(),
});
export type GraphicsDriver = Readonly<z.infer<typeof graphicsDriverSchema>>;

/** One graphics card. Shares are 0 to 1. */
const gpuFactsSchema = z.object({
  /** The same while the card stays in its slot: a UUID where the vendor has one, else the PCI address. */
  id: z.string(),
  /** "0000:c1:00.0"; absent where the system does not tell it. */
  pciAddress: z.string().optional(),
  name: z.string(),
  /** Absent where it is not known; a version of null is the system's own. */
  driver: graphicsDriverSchema.optional(),
  vendor: z.enum(['nvidia', 'amd', 'intel', 'apple', 'other']),
  /** Whether it is part of the processor's chip, and so can use more than its own memory. */
  isIntegrated: z.boolean(),
  utilisation: numberReading,
  /** The load by processes that are not ours. */
  othersUtilisation: numberReading,
  /** All memory of the card, used or not. */
  memoryBytes: numberReading,
  othersMemoryBytes: numberReading,
  temperatureCelsius: numberReading,
  powerWatts: numberReading,
  fanShare: numberReading,
});
export type GpuFacts = Readonly<z.infer<typeof gpuFactsSchema>>;

const runningGameSchema = z.object({
  /** The name that the owner knows: that of the folder or the program. */
  name: z.string(),
  foundBy: z.enum(['launcher folder', 'exclusive apps', 'full screen']),
});
export type RunningGame = Readonly<z.infer<typeof runningGameSchema>>;

/** The computer's memory, or what a container may have of it, in bytes. */
const computerMemorySchema = z.object({
  totalBytes: z.number(),
  /** What programs may still take without taking it from others. */
  availableBytes: z.number(),
});
export type ComputerMemory = Readonly<z.infer<typeof computerMemorySchema>>;

/** Everything that is known of the machine at one moment, from the sensors' latest readings. */
export const factsSchema = z.object({
  gpus: readingSchema(lenientList(gpuFactsSchema, 'graphics cards').readonly()),
  /** Milliseconds since the owner last used keyboard, mouse, touch or game pad. */
  inputIdleMs: numberReading,
  games: readingSchema(lenientList(runningGameSchema, 'running games').readonly()),
  onBattery: yesOrNoReading,
  isLidClosed: yesOrNoReading,
  isLocked: yesOrNoReading,
  /** Share of all cores that other programs use, from 0 to 1. */
  othersCpuShare: numberReading,
  memory: readingSchema(computerMemorySchema),
  cpuTemperatureCelsius: numberReading,
  network: readingSchema(z.enum(['online', 'metered', 'offline'])),
});
export type Facts = Readonly<z.infer<typeof factsSchema>>;

/** Why the machine does not work, in the order in which reasons are shown. */
export const pauseReasonNames = [
  'user',
  'fault cool-down',
  'too hot',
  'game running',
  'full-screen app',
  'other GPU load',
  'on battery',
  'outside schedule',
  'in use',
  'CPU busy',
  'memory needed',
  'no video memory',
  'no network',
] as const;
export type PauseReasonName = (typeof pauseReasonNames)[number];

/** The owner's choices of a pause, in the tray, the window and the command line. */
export const pauseChoices = [
  '1 hour',
  'until tomorrow',
  'until restart',
  'indefinitely',
  'finish then pause',
] as const;
export const pauseChoiceSchema = z.enum(pauseChoices);
export type PauseChoice = z.infer<typeof pauseChoiceSchema>;

/** The name that a program or a card gives itself, made printable. */
const shownNameSchema = z.string().max(100);

/**
 * The exact cause of a pause. Times are wall-clock milliseconds, percentages 0 to 100; a card of null is the
 * processor. src-shared/words has its sentence.
 */
const causeSchema = z.discriminatedUnion('code', [
  z.object({
    code: z.literal('asked'),
    choice: pauseChoiceSchema,
    /** null where the pause lasts until the owner ends it. */
    until: z.number().nullable(),
  }),
  z.object({ code: z.literal('failed'), message: z.string().max(300), retryAt: z.number() }),
  z.object({
    code: z.literal('too-hot'),
    card: shownNameSchema.nullable(),
    celsius: z.number(),
  }),
  z.object({
    code: z.literal('heat-unknown'),
    card: shownNameSchema,
    missing: missingReasonSchema,
  }),
  z.object({
    code: z.literal('program-running'),
    /** Two at most. */
    names: z.array(shownNameSchema).max(2),
    /** Number of further programs. */
    others: z.int(),
  }),
  z.object({ code: z.literal('games-unknown'), missing: missingReasonSchema }),
  z.object({ code: z.literal('full-screen'), name: shownNameSchema }),
  z.object({ code: z.literal('card-busy'), card: shownNameSchema, percent: z.number() }),
  z.object({ code: z.literal('on-battery') }),
  z.object({ code: z.literal('lid-closed') }),
  z.object({ code: z.literal('battery-unknown'), missing: missingReasonSchema }),
  z.object({
    code: z.literal('outside-hours'),
    /** null where the schedule has no hours. */
    opensAt: z.number().nullable(),
  }),
  z.object({ code: z.literal('in-use'), minutes: z.number() }),
  z.object({ code: z.literal('input-unknown'), missing: missingReasonSchema }),
  z.object({ code: z.literal('processor-busy'), percent: z.number() }),
  z.object({ code: z.literal('processor-unknown'), missing: missingReasonSchema }),
  /** Less than this share of the computer's memory is free, or would be with the models. */
  z.object({ code: z.literal('memory-needed'), percent: z.number() }),
  z.object({ code: z.literal('no-video-memory'), neededBytes: z.number() }),
  z.object({ code: z.literal('going-to-sleep') }),
  z.object({ code: z.literal('no-network') }),
  z.object({ code: z.literal('metered-network') }),
  /** The cause of that name is gone, but not for long enough yet. */
  z.object({ code: z.literal('gone'), name: z.enum(pauseReasonNames) }),
  z.object({ code: z.literal('woken-up') }),
]);
export type PauseCause = z.infer<typeof causeSchema>;

const pauseReasonSchema = z.object({
  name: z.enum(pauseReasonNames),
  reason: causeSchema,
  /** False where the cause could not be ruled out. */
  isSeen: z.boolean(),
  /** Set when the cause is gone: the wall-clock time in milliseconds at which it stops counting if it stays quiet. */
  clearsAt: z.number().nullable().default(null),
});
export type PauseReason = z.infer<typeof pauseReasonSchema>;

/**
 * How long a draining machine may go on. `by`: the owner needs the machine, and answers that are not finished by then
 * are lost or go on elsewhere. `when answered`: until the last answer under way is finished. `atMs` is in the host's
 * monotonic time; null: no end.
 */
const drainDeadlineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('by'), atMs: z.number() }),
  z.object({ kind: z.literal('when answered'), atMs: z.number().nullable() }),
]);
export type DrainDeadline = z.infer<typeof drainDeadlineSchema>;

/**
 * What this machine does for the mesh.
 *
 *     off → starting → serving → draining → paused{reasons} → starting        any → faulted{code, retryAt}
 *
 * `off`, `paused` and `faulted` are said only once no engine process is left.
 */
export const dutySchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off') }),
  z.object({
    state: z.literal('starting'),
    /** The sensors have not yet read what this computer does. */
    isLooking: z.boolean().optional(),
  }),
  z.object({
    state: z.literal('serving'),
    /** Share of time to compute, from 0 to 1, by the owner's power cap and the heat. */
    workShare: z.number(),
    /** Share of the processor's cores to use, from 0 to 1; less than 1 while the owner is active. */
    cpuShare: z.number(),
    isSlowedByHeat: z.boolean(),
  }),
  z.object({
    state: z.literal('draining'),
    /** Empty when MindMesh is switched off. */
    reasons: z.array(pauseReasonSchema),
    deadline: drainDeadlineSchema,
    /** The answers are finished or the deadline has passed, so the engine processes are ending. */
    isEnding: z.boolean(),
  }),
  z.object({ state: z.literal('paused'), reasons: z.array(pauseReasonSchema) }),
  z.object({
    state: z.literal('faulted'),
    code: z.string(),
    /** The failure, in one sentence without its full stop. */
    message: z.string().max(300),
    /** Wall-clock milliseconds. */
    retryAt: z.number(),
  }),
]);
export type Duty = z.infer<typeof dutySchema>;
