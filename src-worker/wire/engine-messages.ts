/**
 * The RPC between a node and its engine. The link is the child's file descriptor 3, a socket pair, so that there is no port
 * and no path. Messages of the RPC are JSON bodies in the frames of frame.ts, beside the frames of segments.
 * Responses may come in any order; segments of one session stay in order.
 */
import { z } from 'zod';
import { errorReportSchema } from '../../src-shared/error-report.ts';
import {
  backendSchema,
  computeSchema,
  deviceMemorySchema,
  deviceIdSchema,
  mostDevices,
} from '../../src-shared/compute.ts';
import type { Contract } from '../../src-shared/rpc/contract.ts';
import { samplingSchema } from '../../src-shared/model.ts';
import { computeShareSchema } from '../../src-shared/compute-share.ts';
import { segmentKinds } from './segment.ts';
import { stageRoleSchema } from './stage-role.ts';

/** File descriptor of the link in the engine process. */
export const engineLinkDescriptor = 3;

/**
 * File descriptor for the engine's pulse: one line of JSON each time, from a separate thread, so that pulses are sent
 * also while llama.cpp computes and no frame is read or written.
 */
export const enginePulseDescriptor = 4;
/** Time between two pulses, in milliseconds. */
export const pulseEveryMs = 1000;

export const pulseSchema = z.object({
  /** For how long the main thread has not responded, in milliseconds; 0 while it does. */
  busyMs: z.number().min(0),
  /** The expected time of the current batch, in milliseconds; 0 where it is not known. */
  expectedMs: z.number().min(0),
  /** Processor time of the whole process so far, in milliseconds. */
  cpuMs: z.number().min(0),
  /** Number of times that the process waited for memory from a disk so far. */
  pageFaults: z.number().min(0),
});
export type Pulse = z.infer<typeof pulseSchema>;

/** Frame kinds of the link: those of segments, the node's RPC messages (requests), and the engine's (responses). */
export const engineKinds = { ...segmentKinds, request: 16, response: 17 } as const;

const placementShape = {
  /**
   * The graphics devices to load onto, in this order, each with its share of the layers, in any unit; without shares,
   * in proportion to the free memory. None: the processor computes. null: all devices, integrated ones only where there is
   * no other.
   */
  devices: z
    .array(z.object({ id: deviceIdSchema, share: z.number().min(0).nullable() }))
    .max(mostDevices)
    .nullable()
    .default(null),
  /** How many of the last layers, counting the output as one, are on the devices; the others are on the processor. null: all. */
  deviceLayers: z.int().min(0).nullable().default(null),
};

export const loadParametersSchema = z.object({
  /** A GGUF file: the model itself, a shard cut from it, or only its header when `vocabularyOnly`. */
  path: z.string().min(1),
  role: stageRoleSchema,
  /** Load tokenizer and metadata only; such an engine only serves `tokenize` and `vocabulary`. */
  vocabularyOnly: z.boolean().default(false),
  /** As `vocabularyOnly`, after all checks of a load except on the tensors' data: sizes, names, shapes. */
  withoutWeights: z.boolean().default(false),
  /** Cache cells, in tokens, shared by all sessions. */
  contextLength: z.int().min(16).max(16_777_216).default(4096),
  maxSessions: z.int().min(1).max(256).default(8),
  /** Most tokens decoded in one call. */
  batchSize: z.int().min(1).max(8192).default(512),
  threads: z.int().min(1).max(512),
  /** 'auto' uses the best backend that node-llama-cpp finds; 'cpu' never uses a GPU. */
  backend: z.enum(['auto', 'cpu']).default('auto'),
  ...placementShape,
});
export type LoadParameters = z.input<typeof loadParametersSchema>;

/** Where a model is loaded. */
export type Placement = Pick<z.output<typeof loadParametersSchema>, keyof typeof placementShape>;

const memoryReportSchema = z.object({
  /** Bytes of weights, and of the KV cache and compute buffers, as llama.cpp reports them. */
  modelBytes: z.number(),
  contextBytes: z.number(),
  /** The part of both that is on graphics devices. */
  deviceBytes: z.number(),
  /** Resident memory of the engine process. */
  residentBytes: z.number(),
});
export type MemoryReport = z.infer<typeof memoryReportSchema>;

const loadResultSchema = z.object({
  llamaRelease: z.string(),
  /** `cpu` where the model is on no graphics device. */
  backend: backendSchema,
  architecture: z.string(),
  layers: z.int(),
  width: z.int(),
  vocabularySize: z.int(),
  contextLength: z.int(),
  maxSessions: z.int(),
  memory: memoryReportSchema,
});
export type LoadResult = z.infer<typeof loadResultSchema>;

const generatedSchema = z.array(z.int().min(0)).max(1_048_576);

const openParametersSchema = z.object({
  /** The session's number, chosen by the node and never reused on this link, so that late frames can be dropped. */
  session: z.int().min(1).max(0xffff_ffff),
  /** Only for shards that sample (last, whole). */
  sampling: samplingSchema.optional(),
  /**
   * How many of the shard's layers the session uses, from the first one on: the output is the hidden states after
   * them. Absent: all.
   */
  layers: z.int().min(1).optional(),
  /** Tokens generated before this engine joined, for penalties and grammar. */
  generated: generatedSchema.default([]),
  /**
   * Whole shards only: after each sampled token the engine decodes it itself, until end of generation or
   * until a token for this position was sampled. Absent: every token comes from outside.
   */
  selfFeedUntil: z.int().min(0).optional(),
  /** A cached prefix to continue, which is used up by that; see `openResultSchema`. */
  resume: z.object({ session: z.int(), tokens: z.int().min(1) }).optional(),
});
export type OpenParameters = z.input<typeof openParametersSchema>;

/** `cachedTokens`: the number of tokens in the cache already: all that were to be resumed, or 0. */
const openResultSchema = z.object({ cachedTokens: z.int().min(0) });
export type OpenResult = z.infer<typeof openResultSchema>;

/** Replaces a session's history of generated tokens, for penalties and grammar. */
const historyParametersSchema = z.object({ session: z.int(), generated: generatedSchema });

/** Ends a session as `close` does, but keeps its first tokens in the cache, until `close` or a session that resumes them. */
const retainParametersSchema = z.object({ session: z.int(), tokens: z.int().min(1) });

/** Tokenizes text with the model's tokenizer. No BOS token is added, because the chat template decides about it. */
const tokenizeParametersSchema = z.object({
  text: z.string().max(4 * 1024 * 1024),
  /** Whether names such as "<|user|>" become control tokens; true only for the template's own text. */
  parseSpecial: z.boolean(),
});

const vocabularySchema = z.object({
  /** The bytes of every token, by id, as Latin-1 text; the name for control tokens. */
  pieces: z.array(z.string()),
  /** Ids of control tokens, which are never shown. */
  control: z.array(z.int()),
  endOfGeneration: z.array(z.int()),
  beginOfSequence: z.int().nullable(),
  endOfSequence: z.int().nullable(),
  /** Whether the model needs its beginning-of-sequence token first even where the template does not write it. */
  addBeginOfSequence: z.boolean().default(false),
  /** Jinja text, or null when the model has none. */
  chatTemplate: z.string().nullable(),
});
export type Vocabulary = z.infer<typeof vocabularySchema>;

const nothing = z.object({});

/** Requests have no deadline, because a batch may take any time; they fail when the engine ends or is ended as hanging. */
const withoutDeadline = { deadlineMs: null } as const;

export const engineApi = {
  methods: {
    /** The devices of this machine; needs no loaded model. */
    devices: {
      params: z.object({ backend: z.enum(['auto', 'cpu']) }),
      result: computeSchema,
      ...withoutDeadline,
    },
    load: { params: loadParametersSchema, result: loadResultSchema, ...withoutDeadline },
    open: { params: openParametersSchema, result: openResultSchema, ...withoutDeadline },
    close: { params: z.object({ session: z.int() }), result: nothing, ...withoutDeadline },
    restoreHistory: { params: historyParametersSchema, result: nothing, ...withoutDeadline },
    retain: { params: retainParametersSchema, result: nothing, ...withoutDeadline },
    tokenize: { params: tokenizeParametersSchema, result: z.array(z.int()), ...withoutDeadline },
    vocabulary: { params: nothing, result: vocabularySchema, ...withoutDeadline },
    /** May be called at any time; takes effect with the next batch. */
    computeShare: { params: computeShareSchema, result: nothing, ...withoutDeadline },
    report: { params: nothing, result: memoryReportSchema, ...withoutDeadline },
    /** The memory of the devices that the model is on; none where the processor computes. */
    deviceMemory: { params: nothing, result: deviceMemorySchema, ...withoutDeadline },
  },
  notices: {
    /** A session that failed (cache full, position out of order); the engine continues. */
    sessionFailed: z.object({ session: z.int(), error: errorReportSchema }),
  },
} as const satisfies Contract;
export type EngineApi = typeof engineApi;
