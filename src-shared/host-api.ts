/**
 * What a window (browser over WebSocket, desktop window over Electron's IPC) and the command line say to the
 * host. One JSON object a message: the client asks with an id, the host answers it once; a chat streams
 * `chat` events under the same id before its answer; `snapshot` events go to every client, merged to at
 * most one a second. The first message a client gets is a snapshot.
 */
import { z } from 'zod';
import { chatEventSchema, chatRequestSchema, errorReportSchema } from './chat.ts';
import { dutySchema, factsSchema, pauseChoiceSchema } from './duty.ts';
import { lenientList } from './lenient-list.ts';
import {
  importedModelSchema,
  modelEntrySchema,
  nodeMethods,
  nodeStatusSchema,
} from './node-api.ts';
import { poolMethods } from './pool.ts';
import { changedSettingsSchema, settingsSchema } from './settings/settings.ts';

/** What this machine does for the mesh, and the one sentence that says it with its reason. */
const dutyViewSchema = dutySchema.and(
  z.object({
    sentence: z.string(),
    /**
     * Whether this machine computes for its own owner: while it serves, and while nobody else is served for a reason
     * that leaves room for the owner's own questions. Models are then loaded when the owner asks.
     */
    answersOwner: z.boolean(),
    /** What the owner asked for and is not over; null without it. */
    pause: pauseChoiceSchema.nullable(),
  }),
);
export type DutyView = z.infer<typeof dutyViewSchema>;

export const hostSnapshotSchema = z.object({
  version: z.string(),
  /** The node process: its own state, not what was asked of it. */
  state: z.enum(['starting', 'running', 'faulted', 'stopping']),
  /** One sentence for a person when faulted. */
  fault: z.string().nullable(),
  /** Until the owner has agreed to what MindMesh does, nothing computes or connects. */
  consent: z.enum(['given', 'needed']),
  /** What the owner should know and nothing else shows: sentences, newest last, gone with the next start. */
  warnings: z.array(z.string()),
  duty: dutyViewSchema,
  /** What the sensors read last; null where the machine is not watched. */
  facts: factsSchema.nullable(),
  /** null until the node has started. */
  node: nodeStatusSchema.nullable(),
  /** Imports of model files under way; absent from hosts that do not tell. */
  imports: lenientList(
    z.object({ path: z.string(), doneBytes: z.number(), totalBytes: z.number() }),
    'imports',
  ).optional(),
  api: z.object({ baseUrl: z.string(), key: z.string() }),
  dataFolder: z.string(),
  /** Memory of this machine that hosted layers may take, weights and caches; absent from hosts that do not tell. */
  hostingMemoryBytes: z.number().optional(),
  startedAt: z.number(),
});
export type HostSnapshot = z.infer<typeof hostSnapshotSchema>;

const usageSummarySchema = z.object({
  answers: z.int(),
  tokensReceived: z.int(),
  tokensServed: z.int(),
  /** Days in the local time zone, newest last, at most 30. */
  days: z.array(z.object({ day: z.string(), received: z.int(), served: z.int() })),
});
export type UsageSummary = z.infer<typeof usageSummarySchema>;

export const hostMethods = {
  snapshot: { params: z.object({}), result: hostSnapshotSchema },
  chat: { params: chatRequestSchema, result: z.null() },
  /** Ends the chat that was asked for under the id `request`; its own answer becomes the error `cancelled`. */
  cancel: { params: z.object({ request: z.int() }), result: z.null() },
  importModel: {
    params: z.object({
      path: z.string().min(1).max(4096),
      alias: z.string().min(1).max(100).optional(),
    }),
    result: importedModelSchema,
  },
  removeModel: {
    params: z.object({ model: z.string().min(1).max(200) }),
    result: modelEntrySchema,
  },
  modelStorage: nodeMethods.modelStorage,
  catalog: nodeMethods.catalog,
  downloadModel: nodeMethods.downloadModel,
  cancelDownload: nodeMethods.cancelDownload,
  route: nodeMethods.route,
  ...poolMethods,
  settings: { params: z.object({}), result: settingsSchema },
  /** Only the given settings change. Answers with all of them. */
  changeSettings: { params: changedSettingsSchema, result: settingsSchema },
  /** Gives the machine back as the owner asks; it works again by itself, or when told to resume. */
  pause: { params: z.object({ choice: pauseChoiceSchema }), result: dutyViewSchema },
  /** Ends a pause, and the wait after a fault. Other reasons to pause go on. */
  resume: { params: z.object({}), result: dutyViewSchema },
  /** The owner agrees to what the first screen said; the mesh node starts. */
  giveConsent: { params: z.object({}), result: z.null() },
  usage: { params: z.object({}), result: usageSummarySchema },
  /** A new one-time address for a browser window. */
  windowAddress: { params: z.object({}), result: z.object({ url: z.string() }) },
  stop: { params: z.object({}), result: z.null() },
} as const;
export type HostMethod = keyof typeof hostMethods;
export type HostParams<M extends HostMethod> = z.input<(typeof hostMethods)[M]['params']>;
export type HostResult<M extends HostMethod> = z.output<(typeof hostMethods)[M]['result']>;

export const hostRequestSchema = z.object({
  id: z.int().min(1),
  method: z.enum(Object.keys(hostMethods) as [HostMethod, ...HostMethod[]]),
  params: z.unknown(),
});

export const hostMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: z.int(), result: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.int(), error: errorReportSchema }),
  z.object({ type: z.literal('chat'), id: z.int(), event: chatEventSchema }),
  z.object({ type: z.literal('snapshot'), snapshot: hostSnapshotSchema }),
]);
export type HostMessage = z.infer<typeof hostMessageSchema>;

/** A snapshot whose warnings tell also which entries could not be read of it; any other message as it is. */
export function withLeftOut(message: HostMessage, leftOut: readonly string[]): HostMessage {
  if (message.type !== 'snapshot' || leftOut.length === 0) {
    return message;
  }
  const { snapshot } = message;
  return { ...message, snapshot: { ...snapshot, warnings: [...snapshot.warnings, ...leftOut] } };
}
