/**
 * The stage protocol, `/mindmesh/stage/1.0.0`. Frames of wire/frame.ts; segments of wire/segment.ts.
 *
 *   coordinator ──open, tokens──▶ first ──hidden──▶ … ──hidden──▶ last ──sampled──▶ coordinator and first
 *
 * The coordinator has one control channel to each stage: `open` first, to which the stage replies `opened` or `failed`;
 * closing it frees the stage's session at once, and the stage's last message is `closed`. Each stage opens a data
 * channel to the next one with `attach`, proving by a ticket from the coordinator that it belongs to the
 * session; the last stage opens one to the first, on which `sampled` frames go round, so that a token costs
 * the sum of one-way hops. The first stage feeds every sampled token back in by itself, until end of
 * generation or `lastPosition`. A chain of one has no data channel at all. The side of a channel that fails sends `failed`
 * before it closes, and a stage passes its neighbours' failures on.
 *
 * A channel serves one session, so the session number in its segments is always `channelSession`.
 * `alive` goes out on an otherwise silent control channel, and the stage replies `alive` with its progress: a coordinator or
 * a stage that vanished without closing anything is noticed by its silence, and a stage that has a segment and returns nothing
 * back by its progress. `retain`, before an orderly end, asks the stage to leave the first tokens of its cache for the next
 * question of the conversation, which names them in `open` as `resume`; `opened` says whether they are still there.
 * `draining` says that the stage leaves soon: the coordinator prepares another chain, by segments flagged `warmUp`, and moves
 * to it. Where penalties or a grammar depend on the tokens generated before, the sampling stage of that chain is told
 * once, by `restoreHistory`, which came in the meantime; it replies with an empty `restoreHistory`.
 *
 * The former version had other names for some members and did not say what it speaks (wire/speaks.ts). Both share the
 * protocol's name: one handler serves both, and opening a channel costs no round trip for the choice of a name.
 */
import { z } from 'zod';
import { errorReportSchema } from '../../../../src-shared/error-report.ts';
import {
  layerRangeSchema,
  manifestIdSchema,
  samplingSchema,
} from '../../../../src-shared/model.ts';
import { maxStageAccountText } from '../../../../src-shared/receipt/stage-account.ts';
import { type FormerNames, underEitherName } from '../../../wire/former-names.ts';
import { speaksSchema } from '../../../wire/speaks.ts';
import { mostHistory } from './stage-limits.ts';

export const stageProtocol = '/mindmesh/stage/1.0.0';

/** How often `alive` goes out, and after how long a silence the other end counts as vanished, in milliseconds. */
export const aliveEveryMs = 5000;
export const silenceLimitMs = 15_000;

/** How long a stage waits for the one before it to attach, and a data channel for its session, in milliseconds. */
export const attachWithinMs = 10_000;

/** The session number of every segment between peers. */
export const channelSession = 1;

/** 128 random bits in hexadecimal: a session's name between peers, or a ticket, which proves a right to attach. */
const randomNameSchema = z.string().regex(/^[0-9a-f]{32}$/);

const linkSchema = z.object({
  peer: z.string().min(1).max(128),
  ticket: randomNameSchema,
});

const openSchema = z.object({
  /** The extensions that the coordinator speaks; absent: the former version, which does not say. */
  speaks: speaksSchema.optional(),
  session: randomNameSchema,
  manifestId: manifestIdSchema,
  /** The layers to use: all of a shard's or, for a stage that speaks `layer-prefix`, the first of them. */
  layers: layerRangeSchema,
  /**
   * The ticket that the sender of this stage's input must show. The first of several stages gets its input from the last
   * one, which sends it tokens to feed back. Null for a chain of one.
   */
  inputTicket: randomNameSchema.nullable(),
  /** The stage to which the output goes; null for a chain of one. The last of several stages sends to the first. */
  output: linkSchema.nullable(),
  /** How to sample, for the stage with the last layer; null for the others. */
  sampling: samplingSchema.nullable(),
  /** The position of the last token that may be generated. It is sampled, but computed by no stage. */
  lastPosition: z.int().min(1),
  /** Cache cells that the session may take. */
  cells: z.int().min(1),
  /** Tokens of prompt and answer so far: cells that the session is sure to take. A stage with fewer left refuses at once. */
  sequenceTokens: z.int().min(1),
  /** The history, for the stage that samples: tokens that another chain generated, for penalties and grammar. */
  generated: z.array(z.int().min(0).max(0x7fff_ffff)).max(mostHistory).optional(),
  /** Resumes the first tokens of the cached prefix that the same requester's session of this name left. */
  resume: z.object({ session: randomNameSchema, tokens: z.int().min(1) }).optional(),
});
export type OpenMessage = z.infer<typeof openSchema>;
export const formerOpenNames: FormerNames = {
  sequenceTokens: 'promptTokens',
  lastPosition: 'decodeUntil',
  cells: 'maxTokens',
};
export const openMessageSchema = underEitherName(openSchema, formerOpenNames);

/** A stage's progress: the position after the last token that came in, and how many tokens were not passed on yet. */
export type Progress = { readonly taken: number; readonly pending: number };

const openedSchema = z.object({
  /** The extensions that the stage speaks; absent: the former version, which does not say. */
  speaks: speaksSchema.optional(),
  freeSessions: z.int().min(0),
  /** How many tokens of the sequence the stage has cached: those of `resume`; absent: none. */
  cachedTokens: z.int().min(0).optional(),
});
export type OpenedMessage = z.infer<typeof openedSchema>;
export const formerOpenedNames: FormerNames = { cachedTokens: 'held' };
export const openedMessageSchema = underEitherName(openedSchema, formerOpenedNames);

export const attachMessageSchema = z.object({
  session: randomNameSchema,
  ticket: randomNameSchema,
});
export type AttachMessage = z.infer<typeof attachMessageSchema>;

/** `peer` is the one that failed, where that is not the sender. */
export const failedMessageSchema = errorReportSchema.extend({
  peer: z.string().max(128).optional(),
});
export type FailedMessage = z.infer<typeof failedMessageSchema>;

/** The stage's last message on a control channel that the coordinator closed: its own account for the receipt. */
const closedSchema = z.object({
  tokens: z.int().min(0),
  /** Medians per decoded token, in milliseconds. */
  computeMs: z.number().min(0),
  /** Time from input to output, which includes the way to the engine and back; 0 where a stage feeds itself. */
  turnaroundMs: z.number().min(0),
  /** The signed account (src-shared/receipt/stage-account.ts), in base64url; absent: from an earlier version. */
  signed: z.base64url().max(maxStageAccountText).optional(),
});
export type ClosedMessage = z.infer<typeof closedSchema>;
export const formerClosedNames: FormerNames = { turnaroundMs: 'heldMs' };
export const closedMessageSchema = underEitherName(closedSchema, formerClosedNames);
