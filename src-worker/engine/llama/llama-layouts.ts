/**
 * Struct layouts of llama.cpp's C interface, field for field as in include/llama.h and ggml/include/ggml.h of
 * src-shared/llama-release.ts. They change between releases without notice, so release.ts refuses every other release.
 */
import koffi from 'koffi';

/** The fields that the engine sets or checks; all others keep llama.cpp's defaults. */
export type ModelParameters = {
  /** Addresses of devices, ended by 0. null: llama.cpp chooses. */
  devices: BigUint64Array | null;
  /** Layers on the devices, counted from the output on backwards; -1: all. */
  n_gpu_layers: number;
  /** A share for each device, of llama_max_devices() places. null: by what is free on each. */
  tensor_split: Float32Array | null;
  split_mode: number;
  load_mode: number;
  vocab_only: boolean;
  use_extra_bufts: boolean;
  no_alloc: boolean;
};

/** LLAMA_LOAD_MODE_*: `none` reads files instead of mapping them; it is required for models without weights. */
export const loadModes = { auto: -1, none: 0 } as const;

koffi.struct('llama_model_params', {
  devices: 'void*',
  tensor_buft_overrides: 'void*',
  n_gpu_layers: 'int32',
  split_mode: 'int',
  load_mode: 'int',
  lazy_mode: 'int',
  main_gpu: 'int32',
  tensor_split: 'void*',
  progress_callback: 'void*',
  progress_callback_user_data: 'void*',
  kv_overrides: 'void*',
  vocab_only: 'bool',
  check_tensors: 'bool',
  use_extra_bufts: 'bool',
  no_host: 'bool',
  no_alloc: 'bool',
  load_mtp: 'bool',
});

export type ContextParameters = {
  n_ctx: number;
  n_batch: number;
  n_ubatch: number;
  n_seq_max: number;
  n_outputs_max: number;
  n_outputs_max_per_seq: number;
  n_threads: number;
  n_threads_batch: number;
  flash_attn_type: number;
  rope_freq_base: number;
  yarn_ext_factor: number;
  defrag_thold: number;
  cb_eval: bigint | null;
  type_k: number;
  type_v: number;
  offload_kqv: boolean;
  no_perf: boolean;
  op_offload: boolean;
  swa_full: boolean;
  kv_unified: boolean;
  n_samplers: number;
};

koffi.struct('llama_context_params', {
  n_ctx: 'uint32',
  n_batch: 'uint32',
  n_ubatch: 'uint32',
  n_seq_max: 'uint32',
  n_rs_seq: 'uint32',
  n_outputs_max: 'uint32',
  n_outputs_max_per_seq: 'uint32',
  n_threads: 'int32',
  n_threads_batch: 'int32',
  ctx_type: 'int',
  rope_scaling_type: 'int',
  pooling_type: 'int',
  attention_type: 'int',
  flash_attn_type: 'int',
  rope_freq_base: 'float',
  rope_freq_scale: 'float',
  yarn_ext_factor: 'float',
  yarn_attn_factor: 'float',
  yarn_beta_fast: 'float',
  yarn_beta_slow: 'float',
  yarn_orig_ctx: 'uint32',
  defrag_thold: 'float',
  cb_eval: 'void*',
  cb_eval_user_data: 'void*',
  type_k: 'int',
  type_v: 'int',
  abort_callback: 'void*',
  abort_callback_data: 'void*',
  embeddings: 'bool',
  offload_kqv: 'bool',
  no_perf: 'bool',
  op_offload: 'bool',
  swa_full: 'bool',
  kv_unified: 'bool',
  samplers: 'void*',
  n_samplers: 'size_t',
  ctx_other: 'void*',
});

/** Tokens or embeddings of several sequences in one call; all arrays have `n_tokens` elements. */
export type Batch = {
  n_tokens: number;
  token: Int32Array | null;
  /** Float32, n_tokens × width. */
  embd: Float32Array | null;
  pos: Int32Array;
  n_seq_id: Int32Array;
  /** Addresses of int32 sequence ids. */
  seq_id: BigUint64Array;
  logits: Int8Array;
};

koffi.struct('llama_batch', {
  n_tokens: 'int32',
  token: 'void*',
  embd: 'void*',
  pos: 'void*',
  n_seq_id: 'void*',
  seq_id: 'void*',
  logits: 'void*',
});

/** ggml_backend_dev_props: a backend's facts about one of its devices. */
export type DeviceProperties = {
  name: string;
  description: string;
  memory_free: number;
  memory_total: number;
  /** One of `deviceTypes`. */
  type: number;
  /** Lower-case PCI address, "0000:c1:00.0"; null where there is none. */
  device_id: string | null;
};

koffi.struct('ggml_backend_dev_props', {
  name: 'const char*',
  description: 'const char*',
  memory_free: 'size_t',
  memory_total: 'size_t',
  type: 'int',
  device_id: 'const char*',
  async: 'bool',
  host_buffer: 'bool',
  buffer_from_host_ptr: 'bool',
  events: 'bool',
  mmap_support: 'bool',
});

/** GGML_MAX_N_THREADS */
export const mostThreads = 512;

export type ThreadpoolParameters = { n_threads: number; poll: number };

export const threadpoolParametersType = koffi.struct('ggml_threadpool_params', {
  cpumask: koffi.array('bool', mostThreads),
  n_threads: 'int',
  prio: 'int',
  poll: 'uint32',
  strict_cpu: 'bool',
  paused: 'bool',
});

koffi.struct('llama_sampler_chain_params', { no_perf: 'bool' });

/**
 * llama_token_data, the input of samplers. The engine writes and reads it in place, in its own array:
 * int32 id | float32 logit | float32 probability.
 */
export const tokenDataBytes = 12;

/** llama_token_data_array: pointer data | size_t size | int64 selected | bool sorted, on 64-bit machines. */
export const tokenDataArray = { data: 0, size: 8, selected: 16, sorted: 24, bytes: 32 } as const;
