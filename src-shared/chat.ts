/** One turn of a conversation, as it passes between the window, the gateway and the node. */
import { z } from 'zod';
import { layerRangeSchema, sampledDetailSchema, samplingSchema } from './model.ts';
import { routeRulesSchema } from './route-rules.ts';

export const chatLimits = {
  messages: 2048,
  messageCharacters: 1_048_576,
  stops: 8,
  choices: 8,
} as const;

const chatMessageSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string().max(chatLimits.messageCharacters),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

export const chatRequestSchema = z.object({
  /** A model's name, alias, or manifest id. */
  model: z.string().min(1).max(200),
  messages: z.array(chatMessageSchema).min(1).max(chatLimits.messages),
  sampling: samplingSchema.prefault({}),
  /** Most tokens to generate for each choice; absent: a share of the context, see ChatService. */
  maxTokens: z.int().min(1).optional(),
  /** Texts at which an answer ends; they are not part of the answer. */
  stop: z.array(z.string().min(1).max(256)).max(chatLimits.stops).default([]),
  choices: z.int().min(1).max(chatLimits.choices).default(1),
  /** The peers that the answer may use; absent: all. */
  rules: routeRulesSchema.optional(),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;
export type ChatRequestInput = z.input<typeof chatRequestSchema>;

/** One stage of an answer's chain as the requester saw it. */
const receiptStageSchema = layerRangeSchema.and(
  z.object({
    peer: z.string(),
    /** The stage's own computing, as the median of a token, in milliseconds. */
    computeMs: z.number(),
    /** The way from the stage before it, without anyone's computing, as the median of a token, in milliseconds. */
    hopMs: z.number(),
  }),
);

/** How an answer was made, for its reader. */
export const receiptSchema = z.object({
  model: z.string(),
  stages: z.array(receiptStageSchema),
  promptTokens: z.int(),
  /** Prompt tokens that the stages still had from an earlier answer; absent: none. */
  cachedTokens: z.int().optional(),
  tokens: z.int(),
  /** How often other peers took over in the middle of the answer; absent: never. */
  takeovers: z.int().optional(),
  /** Decoding speed: tokens after the first one, by the time that they took. */
  tokensPerSecond: z.number(),
  firstTokenMs: z.number(),
  totalMs: z.number(),
  /**
   * The account that each stage signed of its part, in the order of the stages; null where a peer signed none. src-
   * shared/receipt reads and checks them. Absent: no peer signed any.
   */
  signedParts: z.array(z.base64url().max(1400).nullable()).optional(),
  /** The signature of the node that asked, over all of the receipt. */
  seal: z.base64url().max(700).optional(),
});
export type Receipt = z.infer<typeof receiptSchema>;

const tokenDetailSchema = sampledDetailSchema.extend({
  /** Bytes of the token as Latin-1 text, and those of the alternatives in the order of `top`. */
  piece: z.string(),
  topPieces: z.array(z.string()),
});
export type TokenDetail = z.infer<typeof tokenDetailSchema>;

const finishReasonSchema = z.enum(['stop', 'length']);

export const chatEventSchema = z.discriminatedUnion('type', [
  /** More text of one choice, in whole characters. `tokens` counts the tokens of this text. */
  z.object({
    type: z.literal('text'),
    choice: z.int(),
    text: z.string(),
    tokens: z.int(),
    details: z.array(tokenDetailSchema).optional(),
  }),
  z.object({ type: z.literal('finished'), choice: z.int(), reason: finishReasonSchema }),
  /** The last event: every choice is finished. One receipt for each choice. */
  z.object({
    type: z.literal('done'),
    promptTokens: z.int(),
    completionTokens: z.int(),
    receipts: z.array(receiptSchema),
  }),
]);
export type ChatEvent = z.infer<typeof chatEventSchema>;
