/**
 * What `mindmesh doctor` and its page in the window find out about this machine: one finding is one thing, with whether it is
 * as it should be. Codes with parameters; src-shared/words has the sentences.
 */
import { z } from 'zod';
import { backendSchema } from '../compute.ts';
import { dutySchema, graphicsDriverSchema } from '../duty.ts';
import { layerRangeSchema } from '../model.ts';
import { missingReasonSchema } from '../missing-reason.ts';
import { warningSchema } from '../warning.ts';

/** Readings of the computer, and those of a card, that may be missing. */
const computerFacts = [
  'inputIdleMs',
  'games',
  'onBattery',
  'isLidClosed',
  'isLocked',
  'othersCpuShare',
  'memory',
  'cpuTemperatureCelsius',
  'network',
] as const;
export type ComputerFact = (typeof computerFacts)[number];

const cardFacts = [
  'utilisation',
  'othersUtilisation',
  'memoryBytes',
  'othersMemoryBytes',
  'temperatureCelsius',
  'powerWatts',
  'fanShare',
] as const;
export type CardFact = (typeof cardFacts)[number];

function missingFactsSchema<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.array(z.object({ fact: z.enum(names), reason: missingReasonSchema })).readonly();
}

/**
 * What engines do with a card. `unseen`: llama.cpp does not find it; `integrated`: another card is used instead; `undecided`:
 * llama.cpp has not looked yet.
 */
const cardUseSchema = z.enum([
  'used',
  'left-out',
  'integrated',
  'unseen',
  'processor-chosen',
  'undecided',
]);
export type CardUse = z.infer<typeof cardUseSchema>;

const workFindings = [
  /** No host runs in the data folder. */
  z.object({ code: z.literal('not-running') }),
  z.object({ code: z.literal('consent-needed') }),
  z.object({ code: z.literal('node-fault'), message: z.string() }),
  z.object({ code: z.literal('duty'), duty: dutySchema, answersOwner: z.boolean() }),
  z.object({ code: z.literal('not-watched') }),
  /** Readings of the computer that are missing. */
  z.object({ code: z.literal('computer-unknown'), missing: missingFactsSchema(computerFacts) }),
] as const;

const graphicsFindings = [
  z.object({
    code: z.literal('compute'),
    backend: backendSchema,
    devices: z.int(),
    /** The owner wants the processor alone. */
    isProcessorChosen: z.boolean(),
  }),
  z.object({ code: z.literal('compute-fault'), message: z.string() }),
  z.object({ code: z.literal('compute-unknown') }),
  z.object({ code: z.literal('cards-unknown'), reason: missingReasonSchema }),
  z.object({
    code: z.literal('card'),
    name: z.string(),
    isIntegrated: z.boolean(),
    use: cardUseSchema,
    /** null where it is not known. */
    driver: graphicsDriverSchema.nullable(),
    /** null where it is not known. */
    pciAddress: z.string().nullable(),
    memoryBytes: z.number().nullable(),
    freeBytes: z.number().nullable(),
    /** What all engines together may put on it; null: no limit is known. */
    allowedBytes: z.number().nullable(),
    largestBufferBytes: z.number().nullable(),
    missing: missingFactsSchema(cardFacts),
  }),
] as const;

const modelFindings = [
  z.object({ code: z.literal('nothing-hosted'), isAutomatic: z.boolean() }),
  z.object({
    code: z.literal('shard'),
    model: z.string(),
    layers: layerRangeSchema,
    /** Layers of the whole model; null where it is not known. */
    of: z.int().nullable(),
    state: z.enum(['idle', 'starting', 'serving', 'faulted']),
    fault: z.string().nullable(),
    backend: z.string().nullable(),
    memoryBytes: z.number(),
    expectedBytes: z.number().nullable(),
    deviceBytes: z.number(),
    expectedDeviceBytes: z.number().nullable(),
    layersOnDevices: z.int().nullable(),
  }),
  z.object({
    code: z.literal('hosting-memory'),
    limitBytes: z.number(),
    expectedBytes: z.number(),
  }),
] as const;

const speedFindings = [
  z.object({
    code: z.literal('speed'),
    model: z.string(),
    promptTokens: z.int(),
    promptTokensPerSecond: z.number(),
    tokens: z.int(),
    /** null where the answer had one token. */
    tokensPerSecond: z.number().nullable(),
    /** Other machines that computed a part. */
    others: z.int(),
  }),
  /** The machine does not answer its owner now, as during a game. */
  z.object({ code: z.literal('speed-refused'), duty: dutySchema }),
  z.object({ code: z.literal('speed-interrupted'), duty: dutySchema }),
  /** No model is hosted here with all its layers. */
  z.object({ code: z.literal('speed-no-model') }),
  z.object({ code: z.literal('speed-late'), model: z.string(), seconds: z.number() }),
  z.object({ code: z.literal('speed-failed'), model: z.string(), message: z.string() }),
] as const;

const networkFindings = [
  z.object({
    code: z.literal('api-port'),
    port: z.int(),
    /** Whether a program answers there, which is our node. */
    isOpen: z.boolean(),
  }),
  z.object({ code: z.literal('window-port'), port: z.int(), isOpen: z.boolean() }),
  z.object({
    code: z.literal('listen'),
    ports: z.array(z.object({ transport: z.enum(['tcp', 'udp']), port: z.int() })).readonly(),
  }),
  z.object({
    code: z.literal('reach'),
    reach: z.enum(['public', 'relay', 'local', 'none']).nullable(),
  }),
  z.object({ code: z.literal('peers'), connected: z.int(), known: z.int() }),
  z.object({ code: z.literal('warning'), warning: warningSchema }),
] as const;

const storageFindings = [
  z.object({
    code: z.literal('disk'),
    freeBytes: z.number().nullable(),
    /** What models take beside the owner's own files; null while no node runs. */
    usedBytes: z.number().nullable(),
    limitBytes: z.number().nullable(),
  }),
  z.object({
    code: z.literal('memory'),
    totalBytes: z.number(),
    freeBytes: z.number(),
    /** Less than the total in a container. */
    usableBytes: z.number(),
    /** What hosted layers may take; null while no host runs. */
    hostingBytes: z.number().nullable(),
  }),
  z.object({ code: z.literal('data-folder'), path: z.string() }),
] as const;

const versionFindings = [
  z.object({
    code: z.literal('versions'),
    mindmesh: z.string(),
    llama: z.string(),
    node: z.string(),
    electron: z.string().nullable(),
    system: z.string(),
    architecture: z.string(),
    processor: z.string(),
    cores: z.int(),
  }),
] as const;

const factsSchema = z.discriminatedUnion('code', [
  ...workFindings,
  ...graphicsFindings,
  ...modelFindings,
  ...speedFindings,
  ...networkFindings,
  ...storageFindings,
  ...versionFindings,
]);

/** `note`: worth knowing, and often as the owner wants it; `problem`: something to mend. */
const findingLevels = ['good', 'note', 'problem'] as const;
export type FindingLevel = (typeof findingLevels)[number];

export const findingSchema = factsSchema.and(z.object({ level: z.enum(findingLevels) }));
export type Finding = Readonly<z.infer<typeof findingSchema>>;
export type FindingOf<Code extends Finding['code']> = Extract<Finding, { code: Code }>;
