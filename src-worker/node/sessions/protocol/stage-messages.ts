/**
 * The stage protocol, `/mindmesh/stage/1.0.0`. Frames of wire/frame.ts; work bodies of wire/work.ts.
 *
 *   coordinator ──open, tokens──▶ first ──hidden──▶ … ──hidden──▶ last ──sampled──▶ coordinator and first
 *
 * The coordinator holds one control channel to each stage: `open` first, answered by `opened` or `failed`;
 * closing it frees the stage's session at once, and the stage's last word is `closed`. Each stage opens a data
 * channel to the next one with `attach`, proving by a ticket from the coordinator that it belongs to the
 * session; the last stage opens one to the first, on which `sampled` frames go round, so that a token costs
 * the sum of one-way hops. The first stage feeds every sampled token back in by itself, until end of
 * generation or `lastPosition`. A chain of one has no data channel at all. Whichever side of a channel fails
 * says `failed` before it closes, and a stage passes on what its neighbours say.
 *
 * A channel serves one session, so the session number in its work frames is always `channelSession`.
 * `alive` goes out on an otherwise silent control channel and is answered by `alive` with how far the stage
 * has come: a coordinator or a stage that vanished without closing anything is noticed by its silence, and one that
 * has work and gives nothing back by its progress. `retain`, before an orderly end, asks the stage to leave the first
 * tokens of its cache for the next question of the conversation, which names them in `open` as `resume`; `opened` says
 * whether they are still there. `draining` says that the stage will be gone soon: the coordinator
 * gets another chain ready, by work flagged `warmUp`, and goes over to it. Where penalties or a grammar depend on what
 * was generated, the stage of that chain that samples is told once, by `restoreHistory`, what came in the meantime; it
 * answers with an empty `restoreHistory`.
 *
 * The version before had other names for some members and did not say what it speaks (wire/speaks.ts). The protocol's
 * name is the same: one handler serves both, and a channel costs no round trip for choosing among names.
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

/** How often `alive` goes out, and after which silence the other end counts as vanished, in milliseconds. */
export const aliveEveryMs = 5000;
export const silenceLimitMs = 15_000;

/** A stage waits this long for the one before it to attach, and a data channel for its session, in milliseconds. */
export const attachWithinMs = 10_000;

/** The session number of every work frame between peers. */
export const channelSession = 1;

/** 128 random bits in hexadecimal. A session's name between peers; a ticket proves a right to attach. */
const randomNameSchema = z.string().regex(/^[0-9a-f]{32}$/);

const linkSchema = z.object({
  peer: z.string().min(1).max(128),
  ticket: randomNameSchema,
});

const openSchema = z.object({
  /** What the coordinator speaks; absent: the version that did not say. */
  speaks: speaksSchema.optional(),
  session: randomNameSchema,
  manifestId: manifestIdSchema,
  /** Those that are used: all of a shard's, or, of a stage that speaks `layer-prefix`, the first of them. */
  layers: layerRangeSchema,
  /**
   * Ticket that the sender of this stage's input must show; for the first of several stages that is the
   * last one, with tokens to feed back. Null for a chain of one.
   */
  inputTicket: randomNameSchema.nullable(),
  /** Where the output goes; null for a chain of one. The last of several stages points to the first. */
  output: linkSchema.nullable(),
  /** For the stage that samples. */
  sampling: samplingSchema.nullable(),
  /** Where the last token of the answer comes. It is sampled, and goes into no stage's cache. */
  lastPosition: z.int().min(1),
  /** Cache cells that the session may take. */
  cells: z.int().min(1),
  /** Prompt and answer so far: cells that it is sure to take. A stage that has fewer left refuses at once. */
  sequenceTokens: z.int().min(1),
  /** For the stage that samples: what another chain generated of the answer, for penalties and grammar. */
  generated: z.array(z.int().min(0).max(0x7fff_ffff)).max(mostHistory).optional(),
  /** Goes on with the first tokens of what the same requester's session of this name left behind. */
  resume: z.object({ session: randomNameSchema, tokens: z.int().min(1) }).optional(),
});
export type OpenMessage = z.infer<typeof openSchema>;
export const formerOpenNames: FormerNames = {
  sequenceTokens: 'promptTokens',
  lastPosition: 'decodeUntil',
  cells: 'maxTokens',
};
export const openMessageSchema = underEitherName(openSchema, formerOpenNames);

/** How far a stage is: the position behind what came in, and tokens of that not yet passed on. */
export type Progress = { readonly taken: number; readonly pending: number };

const openedSchema = z.object({
  /** What the stage speaks; absent: the version that did not say. */
  speaks: speaksSchema.optional(),
  freeSessions: z.int().min(0),
  /** Tokens of the sequence that the stage has already: those of `resume`; absent: none. */
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

/** `peer` is the one that failed, where that is not the one that says so. */
export const failedMessageSchema = errorReportSchema.extend({
  peer: z.string().max(128).optional(),
});
export type FailedMessage = z.infer<typeof failedMessageSchema>;

/** The stage's last word on a control channel that the coordinator closed: its own account for the receipt. */
const closedSchema = z.object({
  tokens: z.int().min(0),
  /** Medians per decoded token, in milliseconds. */
  computeMs: z.number().min(0),
  /** From input to output, so with the way to the engine and back; 0 where a stage feeds itself. */
  turnaroundMs: z.number().min(0),
  /** The same and more, signed (src-shared/receipt/stage-account.ts), in base64url; absent: by an earlier version. */
  signed: z.base64url().max(maxStageAccountText).optional(),
});
export type ClosedMessage = z.infer<typeof closedSchema>;
export const formerClosedNames: FormerNames = { turnaroundMs: 'heldMs' };
export const closedMessageSchema = underEitherName(closedSchema, formerClosedNames);
