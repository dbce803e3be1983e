/** Warnings for the owner that show nowhere else, as codes with parameters; src-shared/words has the sentences. */
import { z } from 'zod';

const textSchema = z.string().max(4096);

export const warningSchema = z.discriminatedUnion('code', [
  /** A stored value that is not valid for its setting. `usual`: the default that is used, as JSON. */
  z.object({ code: z.literal('stored-setting-invalid'), name: textSchema, usual: textSchema }),
  z.object({
    code: z.literal('database-replaced'),
    movedTo: textSchema,
    /** Number of settings that could be read from the damaged database. */
    settings: z.int(),
  }),
  z.object({ code: z.literal('pause-not-stored') }),
  /** `instead`: the port of the API for now. */
  z.object({ code: z.literal('api-port-taken'), port: z.int(), instead: z.int() }),
  z.object({ code: z.literal('window-port-taken'), port: z.int() }),
  /** Negative where the clock is behind those of the peers. */
  z.object({ code: z.literal('clock-off'), aheadMs: z.number() }),
  z.object({
    code: z.literal('unreachable'),
    addresses: z.array(textSchema),
    /** A clause of the node. */
    reason: textSchema,
  }),
  z.object({ code: z.literal('more-unreachable'), count: z.int() }),
  /** A sentence of the node, or about an entry of its responses that could not be read. */
  z.object({ code: z.literal('told'), message: textSchema }),
]);
export type Warning = z.infer<typeof warningSchema>;

export function told(message: string): Warning {
  return { code: 'told', message };
}
