/** All that a client sees of a host at once. */
import { z } from 'zod';
import { factsSchema } from '../duty.ts';
import { lenientList } from '../lenient-list.ts';
import { told, warningSchema } from '../warning.ts';
import { dutyViewSchema } from './duty.ts';
import { nodeStatusSchema } from './node-status.ts';

export const hostSnapshotSchema = z.object({
  version: z.string(),
  /** The node process: its own state, not what was asked of it. */
  state: z.enum(['starting', 'running', 'faulted', 'stopping']),
  /** One sentence for a person when faulted. */
  fault: z.string().nullable(),
  /** Until the owner has agreed to what MindMesh does, nothing computes or connects. */
  consent: z.enum(['given', 'needed']),
  /** What the owner should know and nothing else shows: newest last, gone with the next start. */
  warnings: lenientList(warningSchema, 'warnings'),
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

export const snapshotMethods = {
  snapshot: { params: z.object({}), result: hostSnapshotSchema, deadlineMs: null },
} as const;

export const snapshotNotices = {
  /** To every client, merged to at most one a second; it is the first message that a client gets. */
  snapshot: hostSnapshotSchema,
} as const;

/** A snapshot whose warnings tell also which entries could not be read of it. */
export function withLeftOut(snapshot: HostSnapshot, leftOut: readonly string[]): HostSnapshot {
  return leftOut.length === 0
    ? snapshot
    : { ...snapshot, warnings: [...snapshot.warnings, ...leftOut.map(told)] };
}
