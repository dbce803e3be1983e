/**
 * The stage protocol of version 1, as commit 95d8ad2 had it: written down once and never changed. It says nothing of what
 * it speaks, has other names for some members, and takes a kind or a flag that it does not know for a violation.
 */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { layerRangeSchema, manifestIdSchema, samplingSchema } from '../../../src-shared/model.ts';
import { type Frame, unspoken } from '../../../src-worker/wire/frame.ts';
import { type Dialect, flagsAt, membersOf, withMembers } from './stage-dialect.ts';

const nameSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** Work on its way to a stage may have these: sample, rehearse, singly. */
const knownFlags = 1 | 4 | 8;
const workForStages: ReadonlySet<number> = new Set([1, 2]);

const codes = [
  'gguf-invalid',
  'gguf-unsupported',
  'model-not-found',
  'model-changed',
  'engine-release-mismatch',
  'engine-load-failed',
  'engine-died',
  'engine-failed',
  'request-invalid',
  'context-too-long',
  'unauthorised',
  'over-capacity',
  'no-route',
  'peer-failed',
  'protocol-violation',
  'cancelled',
  'timed-out',
  'port-taken',
  'data-folder-unusable',
  'data-folder-in-use',
  'database-too-new',
  'database-damaged',
  'setting-invalid',
  'child-failed',
  'not-running',
  'internal',
] as const;

/** By kind, the bodies that are JSON. What a schema does not name is left out. */
const schemas: ReadonlyMap<number, z.ZodType<object>> = new Map<number, z.ZodType<object>>([
  [
    32,
    z.object({
      session: nameSchema,
      manifestId: manifestIdSchema,
      layers: layerRangeSchema,
      inputTicket: nameSchema.nullable(),
      output: z.object({ peer: z.string().min(1).max(128), ticket: nameSchema }).nullable(),
      sampling: samplingSchema.nullable(),
      decodeUntil: z.int().min(1),
      maxTokens: z.int().min(1),
      promptTokens: z.int().min(1),
      generated: z.array(z.int().min(0).max(0x7fff_ffff)).max(16_384).optional(),
      resume: z.object({ session: nameSchema, tokens: z.int().min(1) }).optional(),
    }),
  ],
  [33, z.object({ freeSessions: z.int().min(0), held: z.int().min(0).optional() })],
  [34, z.object({ session: nameSchema, ticket: nameSchema })],
  [
    35,
    z.object({
      code: z.enum(codes).catch('internal'),
      message: z.string().max(4096),
      peer: z.string().max(128).optional(),
    }),
  ],
  [
    36,
    z.object({
      tokens: z.int().min(0),
      computeMs: z.number().min(0),
      heldMs: z.number().min(0),
    }),
  ],
]);

/** Of the kinds of this version, as the reader of each frame is told them. */
export const formerDialect: Dialect = {
  say: (frame) => [asFormer(frame)],
  hear: (frame) => {
    if (workForStages.has(frame.kind)) {
      if ((frame.body.readUInt32LE(flagsAt) & ~knownFlags) !== 0) {
        throw new AppError('protocol-violation', 'Work came with flags that only results have');
      }
      return frame;
    }
    return asFormer(frame);
  },
  limits: (limits) => (kind) => {
    const limit = limits(kind);
    return limit === unspoken ? undefined : limit;
  },
};

function asFormer(frame: Frame): Frame {
  const schema = schemas.get(frame.kind);
  if (schema === undefined) {
    return frame;
  }
  const { data, error } = schema.safeParse(membersOf(frame));
  if (data === undefined) {
    const text = `A message of kind ${frame.kind} is not valid: ${z.prettifyError(error)}`;
    throw new AppError('protocol-violation', text);
  }
  return withMembers(frame.kind, data);
}
