/** Schemas about models that all parts of the app share: manifests, layer ranges, sampling. */
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A model's identity: the SHA-256 of its manifest's canonical JSON, in hexadecimal. */
export const manifestIdSchema = sha256;

/** Most layers, and the widest hidden state, that any part of the app accepts. */
export const modelLimits = { layers: 1024, width: 65_536, contextLength: 16_777_216 } as const;

/** A run of layers, both ends included, zero-based. Layer 0 takes tokens; the last layer's shard samples. */
export const layerRangeSchema = z
  .object({
    firstLayer: z.int().min(0).max(modelLimits.layers),
    lastLayer: z.int().min(0).max(modelLimits.layers),
  })
  .refine((range) => range.firstLayer <= range.lastLayer, 'firstLayer must not exceed lastLayer');

export type LayerRange = z.infer<typeof layerRangeSchema>;

/** What a peer has to know of a model to plan a route and to list the model. */
export const modelSummarySchema = z.object({
  manifestId: manifestIdSchema,
  name: z.string().min(1).max(200),
  architecture: z.string().min(1).max(64),
  layers: z.int().min(1).max(modelLimits.layers),
  /** Values in a hidden state. */
  width: z.int().min(1).max(modelLimits.width),
  /** Longest sequence the model was trained for, in tokens. */
  contextLength: z.int().min(1).max(modelLimits.contextLength),
  /** Size of all tensors of the model. */
  sizeBytes: z.int().min(1),
  /** Most frequent tensor type by bytes, e.g. "Q8_0". */
  quantisation: z.string().max(16),
});

export type ModelSummary = z.infer<typeof modelSummarySchema>;

/** How the last shard picks a token. Defaults are "as the model says": temperature 1, nothing cut. */
export const samplingSchema = z.object({
  /** 0: always the likeliest token. */
  temperature: z.number().min(0).max(2).default(1),
  /** Keep the k likeliest tokens; 0 keeps all. */
  topK: z.int().min(0).max(1_000_000).default(0),
  topP: z.number().min(0).max(1).default(1),
  minP: z.number().min(0).max(1).default(0),
  /** 1: off. Penalties count the tokens that this session generated. */
  repetitionPenalty: z.number().min(0.01).max(10).default(1),
  presencePenalty: z.number().min(-2).max(2).default(0),
  frequencyPenalty: z.number().min(-2).max(2).default(0),
  /** The token at a position depends only on the seed, the position and the logits, so that a replay is exact. */
  seed: z.int().min(0).max(0xffff_ffff).default(0),
  /** GBNF that begins with the rule `root`. */
  grammar: z.string().max(262_144).optional(),
  /** Number of alternatives to report with each token; absent: no log-probabilities. */
  topLogprobs: z.int().min(0).max(20).optional(),
});

export type Sampling = z.infer<typeof samplingSchema>;

/** The natural logarithm of a token's probability before any sampling step. */
const tokenLogprobSchema = z.object({ token: z.int().min(0), logprob: z.number() });

/** The `detail` of a sampled token when log-probabilities were asked for. */
export const sampledDetailSchema = z.object({
  logprob: z.number(),
  top: z.array(tokenLogprobSchema).max(20),
});

export type SampledDetail = z.infer<typeof sampledDetailSchema>;
