/**
 * What a window (browser over WebSocket, later the desktop window over IPC) and the command line say to the
 * host. One JSON object a message: the client asks with an id, the host answers it once; a chat streams
 * `chat` events under the same id before its answer; `snapshot` events go to every client, merged to at
 * most one a second. The first message a client gets is a snapshot.
 */
import { z } from 'zod';
import { chatEventSchema, chatRequestSchema, errorReportSchema } from './chat.ts';
import { modelEntrySchema, nodeStatusSchema } from './node-api.ts';
import { changedSettingsSchema, settingsSchema } from './settings.ts';

export const hostSnapshotSchema = z.object({
  version: z.string(),
  /** The node process: its own state, not a wish. */
  state: z.enum(['starting', 'running', 'faulted', 'stopping']),
  /** One sentence for a person when faulted. */
  fault: z.string().nullable(),
  /** null until the node has started. */
  node: nodeStatusSchema.nullable(),
  /** Imports of model files under way; absent from hosts that do not tell. */
  imports: z
    .array(z.object({ path: z.string(), doneBytes: z.number(), totalBytes: z.number() }))
    .optional(),
  api: z.object({ baseUrl: z.string(), key: z.string() }),
  dataFolder: z.string(),
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
    result: modelEntrySchema,
  },
  removeModel: {
    params: z.object({ model: z.string().min(1).max(200) }),
    result: modelEntrySchema,
  },
  settings: { params: z.object({}), result: settingsSchema },
  /** Only the given settings change. Answers with all of them. */
  changeSettings: { params: changedSettingsSchema, result: settingsSchema },
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
