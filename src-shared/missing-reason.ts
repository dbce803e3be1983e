/** Why a reading of the machine is missing, as code and parameters; src-shared/words has its sentence. */
import { z } from 'zod';

/** The sources of readings, each with a rate of its own. */
export const readingSources = [
  'owner-use',
  'other-use',
  'processes',
  'full-screen-window',
  'power-supply',
  'processor-load',
  'memory',
  'processor-temperature',
  'network',
  'card-names',
  'cards',
] as const;
export type ReadingSource = (typeof readingSources)[number];

/** Numbers that nvidia-smi reports of a card. */
export const cardFields = [
  'load',
  'memory',
  'memory-in-use',
  'temperature',
  'power',
  'fan',
] as const;
export type CardField = (typeof cardFields)[number];

/** Facts that this system, driver or tool does not report, though nothing failed. */
export const untoldFacts = [
  'battery-use',
  'lid',
  'lid-state',
  'power-source-mac',
  'lid-windows',
  'power-source-windows',
  'processor-temperature',
  'processor-temperature-windows',
  'processor-first-look',
  'processor-times',
  'free-memory',
  'online-windows',
  'network-manager',
  'card-sleeps',
  'card-temperature',
  'card-fan',
  'card-power',
  'card-load',
  'card-first-look',
  'card-awake-only',
  'card-memory',
  'card-process-load',
  'card-process-memory',
  'shared-memory',
  'cards',
  'card-unlisted',
  'nvidia-without-tool',
  'nvidia-processes',
  'nvidia-process-load',
  'nvidia-process-memory',
  'nvidia-card',
  'card-windows',
  'cards-mac',
  'card-mac',
  'process-load-mac',
  'login',
  'last-use',
  'no-screen',
  'last-use-mac',
  'lock-mac',
  'last-use-windows',
  'processes',
  'processes-ps',
  'not-watched',
  'not-a-number',
] as const;
export type UntoldFact = (typeof untoldFacts)[number];

const sourceSchema = z.enum(readingSources);
/** A program by the name that people know, or by its path. */
const toolSchema = z.string().max(200);
/** Output of a tool, or the message of a failure, made printable. */
const printedSchema = z.string().max(200);

const singleReasonSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('not-read-yet'), source: sourceSchema }),
  z.object({ code: z.literal('read-anew'), source: sourceSchema }),
  z.object({ code: z.literal('outdated'), source: sourceSchema, seconds: z.number() }),
  z.object({ code: z.literal('no-answer'), source: sourceSchema, seconds: z.number() }),
  z.object({ code: z.literal('unreadable'), source: sourceSchema, detail: printedSchema }),
  z.object({ code: z.literal('not-installed'), tool: toolSchema }),
  z.object({ code: z.literal('not-answered-yet'), tool: toolSchema }),
  z.object({ code: z.literal('asked-anew'), tool: toolSchema }),
  z.object({ code: z.literal('silent'), tool: toolSchema, seconds: z.number() }),
  z.object({ code: z.literal('strange-line'), tool: toolSchema, line: printedSchema }),
  /** `message`: a clause about a tool that failed. */
  z.object({ code: z.literal('failed'), message: printedSchema }),
  z.object({ code: z.literal('strange-value'), field: z.enum(cardFields), text: printedSchema }),
  z.object({ code: z.literal('no-loads'), detail: printedSchema }),
  z.object({ code: z.literal('other-system'), system: z.string().max(50) }),
  z.object({ code: z.literal('untold'), fact: z.enum(untoldFacts) }),
]);
export type SingleReason = z.infer<typeof singleReasonSchema>;

export const missingReasonSchema = z.discriminatedUnion('code', [
  ...singleReasonSchema.options,
  /** There are two ways to the reading; each has a reason. */
  z.object({ code: z.literal('both'), first: singleReasonSchema, second: singleReasonSchema }),
]);
export type MissingReason = z.infer<typeof missingReasonSchema>;
