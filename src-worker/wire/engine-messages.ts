/**
 * What a node may ask of its engine, beside the work frames. The link is the child's file descriptor 3 (a socket pair, so
 * there is no port, no path and nothing to leave behind): messages of the RPC are JSON bodies in the frames of frame.ts.
 * Requests are answered in any order; work frames of one session stay in order.
 */
import { z } from 'zod';
import { errorReportSchema } from '../../src-shared/error-report.ts';
import {
  backendSchema,
  computeSchema,
  deviceIdSchema,
  mostDevices,
} from '../../src-shared/compute.ts';
import type { Contract } from '../../src-shared/rpc/contract.ts';
import { samplingSchema } from '../../src-shared/model.ts';
import { computeShareSchema } from '../../src-shared/compute-share.ts';
import { workKinds } from './work.ts';
import { stageRoleSchema } from './stage-role.ts';

/** File descriptor of the link in the engine process. */
export const engineLinkDescriptor = 3;

/**
 * File descriptor on which the engine tells how it does, from a thread of its own: one line of JSON a pulse. It says so
 * also while llama.cpp computes, when no frame is read or written.
 */
export const enginePulseDescriptor = 4;
/** In milliseconds. */
export const pulseEveryMs = 1000;

export const pulseSchema = z.object({
  /** For how long the main thread has not answered; 0 while it does. */
  busyMs: z.number().min(0),
  /** What the batch under way should take, by those before it; 0 where that is not known. */
  expectedMs: z.number().min(0),
  /** Processor time of the whole process so far. */
  cpuMs: z.number().min(0),
  /** Times that it waited for memory to be read from a disk, so far. */
  pageFaults: z.number().min(0),
});
export type Pulse = z.infer<typeof pulseSchema>;

/** Beside work: what the node asks, and what the engine answers and tells, as messages of the RPC. */
export const engineKinds = { ...workKinds, request: 16, response: 17 } as const;

const placementShape = {
  /**
   * The graphics devices to load onto, in this order, each with its share of the layers, in any unit; without the shares,
   * by what is free on each. None: the processor computes. null: all of them, integrated ones only where there is no other.
   */
  devices: z
    .array(z.object({ id: deviceIdSchema, share: z.number().min(0).nullable() }))
    .max(mostDevices)
    .nullable()
    .default(null),
  /** How many of the last layers, the output counted as one, the devices take; the processor has the rest. null: all. */
  deviceLayers: z.int().min(0).nullable().default(null),
};

export const loadParametersSchema = z.object({
  /** A GGUF file: the model itself, a shard cut from it, or only its header when `vocabularyOnly`. */
  path: z.string().min(1),
  role: stageRoleSchema,
  /** Load tokenizer and metadata alone; such an engine only answers `tokenize` and `vocabulary`. */
  vocabularyOnly: z.boolean().default(false),
  /** As `vocabularyOnly`, after checking all the rest that a load checks but the tensors' data: sizes, names, shapes. */
  withoutWeights: z.boolean().default(false),
  /** Cache cells, in tokens, shared by all sessions. */
  contextLength: z.int().min(16).max(16_777_216).default(4096),
  maxSessions: z.int().min(1).max(256).default(8),
  /** Most tokens decoded in one call. */
  batchSize: z.int().min(1).max(8192).default(512),
  threads: z.int().min(1).max(512),
  /** 'auto' takes the best backend that node-llama-cpp finds; 'cpu' never touches a GPU. */
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
  /** Of both, what is on graphics devices. */
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
  /** Chosen by the node, never reused on this link: frames of a closed session are dropped by number. */
  session: z.int().min(1).max(0xffff_ffff),
  /** Only for shards that sample (last, whole). */
  sampling: samplingSchema.optional(),
  /**
   * How many of the shard's layers the session uses, from the first one on: what comes out are the hidden states after
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
  /** Goes on with a cached prefix, of which nothing is left then; see `openResultSchema`. */
  resume: z.object({ session: z.int(), tokens: z.int().min(1) }).optional(),
});
export type OpenParameters = z.input<typeof openParametersSchema>;

/** `cachedTokens`: those that are in the cache already; as many as were to be resumed, or none. */
const openResultSchema = z.object({ cachedTokens: z.int().min(0) });
export type OpenResult = z.infer<typeof openResultSchema>;

/** Tells a session what was generated so far, in place of what it knows of, for penalties and grammar. */
const historyParametersSchema = z.object({ session: z.int(), generated: generatedSchema });

/** Ends a session as `close` does, but leaves its first tokens in the cache, until `close` or a session that resumes them. */
const retainParametersSchema = z.object({ session: z.int(), tokens: z.int().min(1) });

/** How the model's own tokenizer treats text; the chat template decides about BOS, so none is added. */
const tokenizeParametersSchema = z.object({
  text: z.string().max(4 * 1024 * 1024),
  /** Read "<|user|>" and the like as control tokens. True for the template's own text only. */
  parseSpecial: z.boolean(),
});

const vocabularySchema = z.object({
  /** The bytes of every token, by id, as Latin-1 text; control tokens have their name here. */
  pieces: z.array(z.string()),
  /** Ids of control tokens, which are never shown. */
  control: z.array(z.int()),
  endOfGeneration: z.array(z.int()),
  beginOfSequence: z.int().nullable(),
  endOfSequence: z.int().nullable(),
  /** The model wants its beginning-of-sequence token first even where the template does not write it. */
  addBeginOfSequence: z.boolean().default(false),
  /** Jinja text, or null when the model has none. */
  chatTemplate: z.string().nullable(),
});
export type Vocabulary = z.infer<typeof vocabularySchema>;

const nothing = z.object({});

/** Until its engine ends, or is ended as one that hangs, a request is waited for: no clock knows how long a batch takes. */
const patiently = { deadlineMs: null } as const;

export const engineApi = {
  methods: {
    /** What there is to compute on; needs no model. */
    devices: {
      params: z.object({ backend: z.enum(['auto', 'cpu']) }),
      result: computeSchema,
      ...patiently,
    },
    load: { params: loadParametersSchema, result: loadResultSchema, ...patiently },
    open: { params: openParametersSchema, result: openResultSchema, ...patiently },
    close: { params: z.object({ session: z.int() }), result: nothing, ...patiently },
    restoreHistory: { params: historyParametersSchema, result: nothing, ...patiently },
    retain: { params: retainParametersSchema, result: nothing, ...patiently },
    tokenize: { params: tokenizeParametersSchema, result: z.array(z.int()), ...patiently },
    vocabulary: { params: nothing, result: vocabularySchema, ...patiently },
    /** Taken at any time; the next batch keeps to it. */
    computeShare: { params: computeShareSchema, result: nothing, ...patiently },
    report: { params: nothing, result: memoryReportSchema, ...patiently },
  },
  notices: {
    /** A session that the engine gave up (cache full, position out of order); the engine goes on. */
    sessionFailed: z.object({ session: z.int(), error: errorReportSchema }),
  },
} as const satisfies Contract;
export type EngineApi = typeof engineApi;
