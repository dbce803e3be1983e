/**
 * The stage protocol, `/mindmesh/stage/1.0.0`. Frames of wire/frame.ts; work bodies of wire/work.ts.
 *
 *   coordinator ──open, tokens──▶ first ──hidden──▶ … ──hidden──▶ last ──sampled──▶ coordinator and first
 *
 * The coordinator holds one control channel to each stage: `open` first, answered by `opened` or `failed`;
 * closing it frees the stage's session at once. Each stage opens a data channel to the next one with
 * `attach`, proving by a ticket from the coordinator that it belongs to the session; the last stage opens
 * one to the first, on which `sampled` frames go round, so that a token costs the sum of one-way hops.
 * The first stage feeds every sampled token back in by itself, until end of generation or `decodeUntil`.
 */
import { z } from 'zod';
import { errorReportSchema } from '../../../src-shared/chat.ts';
import { layerRangeSchema, manifestIdSchema, samplingSchema } from '../../../src-shared/model.ts';
import { workKinds } from '../../wire/work.ts';

export const stageProtocol = '/mindmesh/stage/1.0.0';

export const stageKinds = {
  ...workKinds,
  open: 32,
  opened: 33,
  attach: 34,
  failed: 35,
  closed: 36,
} as const;

/** 128 random bits in hexadecimal. A session's name between peers; a ticket proves a right to attach. */
const randomNameSchema = z.string().regex(/^[0-9a-f]{32}$/);

const linkSchema = z.object({
  peer: z.string().min(1).max(128),
  addresses: z.array(z.string().max(500)).max(32),
  ticket: randomNameSchema,
});

export const openMessageSchema = z.object({
  session: randomNameSchema,
  manifestId: manifestIdSchema,
  layers: layerRangeSchema,
  /** Ticket that whoever sends this stage its input must show; null for the first stage of several. */
  inputTicket: randomNameSchema.nullable(),
  /** Where the output goes; null for a chain of one. The last of several stages points to the first. */
  output: linkSchema.nullable(),
  /** For the stage that samples. */
  sampling: samplingSchema.nullable(),
  /** For the first stage: no token at or behind this position is decoded. */
  decodeUntil: z.int().min(1),
  /** Cache cells that the session may take. */
  maxTokens: z.int().min(1),
});
export type OpenMessage = z.infer<typeof openMessageSchema>;

export const openedMessageSchema = z.object({ freeSessions: z.int().min(0) });

export const attachMessageSchema = z.object({
  session: randomNameSchema,
  ticket: randomNameSchema,
});

export const failedMessageSchema = errorReportSchema;

/** The stage's last word on a control channel: its own account for the receipt. */
export const closedMessageSchema = z.object({
  tokens: z.int().min(0),
  /** Medians per decoded token, in milliseconds. */
  computeMs: z.number().min(0),
});
