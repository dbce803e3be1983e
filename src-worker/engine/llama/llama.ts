/**
 * llama.cpp's C interface by FFI. Only this file and llama-layouts.ts use koffi. Names follow the C
 * functions. Pointers are opaque bigints; null stands for NULL. Arguments are not checked here, and llama.cpp
 * aborts the process on invalid ones, so callers must check them.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';
import {
  type Batch,
  type ContextParameters,
  type DeviceProperties,
  type ModelParameters,
  mostThreads,
  threadpoolParametersType,
  type ThreadpoolParameters,
} from './llama-layouts.ts';

export type Pointer = bigint;

// Tokenizers and grammars recurse deeply; koffi's default stack has 2 MiB, a main thread 8.
koffi.config({ sync_stack_size: 16 * 1024 * 1024 });

const evalCallbackType = koffi.proto('bool EvalCallback(void *tensor, bool ask, void *user_data)');
const logCallbackType = koffi.proto(
  'void LogCallback(int level, const char *text, void *user_data)',
);
const threadpoolNewType = koffi.proto('void* ThreadpoolNew(void *params)');
const threadpoolFreeType = koffi.proto('void ThreadpoolFree(void *threadpool)');

/** Vocabulary type of a model without a tokenizer. */
export const noVocabulary = 0;
/** GGML_BACKEND_DEVICE_TYPE_* */
export const deviceTypes = { cpu: 0, gpu: 1, integratedGpu: 2 } as const;

export type Llama = ReturnType<typeof loadLlama>;

/** The paths of a folder's three libraries. Only ggml-base has no release in its name. */
function libraryFiles(folder: string): { base: string; ggml: string; llama: string } {
  const names = readdirSync(folder);
  const find = (pattern: RegExp): string => {
    const name = names.find((candidate) => pattern.test(candidate));
    if (name === undefined) {
      throw new Error(`No file in ${folder} matches ${pattern}`);
    }
    return join(folder, name);
  };
  return {
    base: find(/^(lib)?ggml-base\.(so|dylib|dll)$/),
    ggml: find(/^(lib)?ggml\.(.+\.)?v[^-]*\.(so|dylib|dll)$/),
    llama: find(/^(lib)?llama\.(.+\.)?v[^-]*\.(so|dylib|dll)$/),
  };
}

/**
 * Loads the libraries of one node-llama-cpp folder. Backends (CPU variants, CUDA…) are loaded later by
 * `loadBackends`, which picks the best for this machine.
 */
export function loadLlama(folder: string) {
  const files = libraryFiles(folder);
  const base = koffi.load(files.base);
  const ggml = koffi.load(files.ggml);
  const llama = koffi.load(files.llama);

  const name = typed<(tensor: Pointer) => string>(base, 'const char* ggml_get_name(void*)');
  const procedure = typed<(registry: Pointer, name: string) => Pointer | null>(
    base,
    'void* ggml_backend_reg_get_proc_address(void*, const char*)',
  );
  const registryOf = typed<(device: Pointer) => Pointer>(
    base,
    'void* ggml_backend_dev_backend_reg(void*)',
  );
  const bufferTypeOf = typed<(device: Pointer) => Pointer | null>(
    base,
    'void* ggml_backend_dev_buffer_type(void*)',
  );
  const largestBuffer = typed<(bufferType: Pointer) => number | bigint>(
    base,
    'size_t ggml_backend_buft_get_max_size(void*)',
  );
  const properties = typed<(device: Pointer, found: object) => void>(
    base,
    'void ggml_backend_dev_get_props(void*, _Out_ ggml_backend_dev_props*)',
  );
  const deviceByType = typed<(type: number) => Pointer | null>(
    ggml,
    'void* ggml_backend_dev_by_type(int)',
  );
  const threadpoolParameters = typed<(parameters: object, threads: number) => void>(
    base,
    'void ggml_threadpool_params_init(_Out_ ggml_threadpool_params*, int)',
  );
  const logSet = typed<(callback: Pointer, data: null) => void>(
    llama,
    'void llama_log_set(void*, void*)',
  );

  return {
    version: typed<() => string>(llama, 'const char* llama_version()'),
    modelDefaults: typed<() => ModelParameters>(
      llama,
      'llama_model_params llama_model_default_params()',
    ),
    contextDefaults: typed<() => ContextParameters>(
      llama,
      'llama_context_params llama_context_default_params()',
    ),

    /**
     * Sends llama.cpp's log to `onText`; texts may be parts of lines. The callback must return quickly; it
     * stays registered until the process ends.
     */
    setLog(onText: (level: number, text: string) => void): void {
      logSet(koffi.register(onText, koffi.pointer(logCallbackType)), null);
    },
    loadBackends: typed<(folder: string) => void>(
      ggml,
      'void ggml_backend_load_all_from_path(const char*)',
    ),
    backendInit: typed<() => void>(llama, 'void llama_backend_init()'),
    backendFree: typed<() => void>(llama, 'void llama_backend_free()'),

    deviceCount: typed<() => number>(ggml, 'size_t ggml_backend_dev_count()'),
    deviceAt: typed<(index: number) => Pointer>(ggml, 'void* ggml_backend_dev_get(size_t)'),
    deviceType: typed<(device: Pointer) => number>(base, 'int ggml_backend_dev_type(void*)'),
    /** In bytes; 2 ** 64 where the backend sets no limit. */
    largestBufferOf(device: Pointer): number {
      const type = bufferTypeOf(device);
      return type === null ? 0 : Number(largestBuffer(type));
    },
    deviceProperties(device: Pointer): DeviceProperties {
      const found: Partial<DeviceProperties> = {};
      properties(device, found);
      return found as DeviceProperties;
    },

    /**
     * A pool of CPU threads that lives as long as the context it is attached to. `poll` is how eagerly idle
     * threads spin for the next graph, 0 (not at all) to 100.
     * @returns undefined when this build offers none; llama.cpp then makes threads for every graph.
     */
    newThreadpool(threads: number, poll: number): Pointer | undefined {
      const device = deviceByType(deviceTypes.cpu);
      const create = device === null ? null : procedure(registryOf(device), 'ggml_threadpool_new');
      if (create === null) {
        return undefined;
      }
      const parameters: Partial<ThreadpoolParameters> = {};
      threadpoolParameters(parameters, Math.min(threads, mostThreads));
      parameters.poll = poll;
      const packed = koffi.as(parameters, koffi.pointer(threadpoolParametersType));
      const pool: Pointer | null = koffi.call(create, threadpoolNewType, packed);
      return pool ?? undefined;
    },
    freeThreadpool(pool: Pointer): void {
      const device = deviceByType(deviceTypes.cpu);
      const free = device === null ? null : procedure(registryOf(device), 'ggml_threadpool_free');
      if (free !== null) {
        koffi.call(free, threadpoolFreeType, pool);
      }
    },
    attachThreadpool: typed<(context: Pointer, decode: Pointer, prefill: Pointer) => void>(
      llama,
      'void llama_attach_threadpool(void*, void*, void*)',
    ),

    /** Reads a model on a thread of libuv, so that the event loop keeps running. Resolves to null when it cannot be read. */
    loadModel: typedAsync<(path: string, parameters: ModelParameters) => Pointer | null>(
      llama,
      'void* llama_model_load_from_file(const char*, llama_model_params)',
    ),
    freeModel: typed<(model: Pointer) => void>(llama, 'void llama_model_free(void*)'),
    modelSize: typed<(model: Pointer) => number>(llama, 'uint64_t llama_model_size(void*)'),
    modelLayers: typed<(model: Pointer) => number>(llama, 'int32_t llama_model_n_layer(void*)'),
    modelWidth: typed<(model: Pointer) => number>(llama, 'int32_t llama_model_n_embd(void*)'),
    chatTemplate: typed<(model: Pointer, name: null) => string | null>(
      llama,
      'const char* llama_model_chat_template(void*, const char*)',
    ),
    metadataText: typed<(model: Pointer, key: string, text: Buffer, bytes: number) => number>(
      llama,
      'int32_t llama_model_meta_val_str(void*, const char*, _Out_ uint8_t*, size_t)',
    ),

    newContext: typed<(model: Pointer, parameters: ContextParameters) => Pointer | null>(
      llama,
      'void* llama_init_from_model(void*, llama_context_params)',
    ),
    freeContext: typed<(context: Pointer) => void>(llama, 'void llama_free(void*)'),
    contextLength: typed<(context: Pointer) => number>(llama, 'uint32_t llama_n_ctx(void*)'),
    /** Sets the threads from the next `decode` on; at most those of the thread pool are used. */
    setThreads: typed<(context: Pointer, decode: number, prefill: number) => void>(
      llama,
      'void llama_set_n_threads(void*, int32_t, int32_t)',
    ),
    decode: typed<(context: Pointer, batch: Batch) => number>(
      llama,
      'int32_t llama_decode(void*, llama_batch)',
    ),
    logitsAt: typed<(context: Pointer, index: number) => Pointer | null>(
      llama,
      'void* llama_get_logits_ith(void*, int32_t)',
    ),
    memory: typed<(context: Pointer) => Pointer>(llama, 'void* llama_get_memory(void*)'),
    removeFrom: typed<(memory: Pointer, slot: number, from: number, to: number) => boolean>(
      llama,
      'bool llama_memory_seq_rm(void*, int32_t, int32_t, int32_t)',
    ),
    lastPosition: typed<(memory: Pointer, slot: number) => number>(
      llama,
      'int32_t llama_memory_seq_pos_max(void*, int32_t)',
    ),

    /** Registers a graph callback: called for every tensor to ask whether to stop after it, and again with its data. */
    registerEvalCallback(callback: (tensor: Pointer, ask: boolean) => boolean): Pointer {
      return koffi.register(callback, koffi.pointer(evalCallbackType));
    },
    unregisterCallback(callback: Pointer): void {
      koffi.unregister(callback);
    },
    tensorName: name,
    tensorBytes: typed<(tensor: Pointer) => number>(base, 'size_t ggml_nbytes(void*)'),
    tensorGet: typed<(tensor: Pointer, to: Uint8Array, offset: number, bytes: number) => void>(
      base,
      'void ggml_backend_tensor_get(void*, _Out_ uint8_t*, size_t, size_t)',
    ),

    vocabularyOf: typed<(model: Pointer) => Pointer>(llama, 'void* llama_model_get_vocab(void*)'),
    vocabularyType: typed<(vocabulary: Pointer) => number>(llama, 'int llama_vocab_type(void*)'),
    vocabularySize: typed<(vocabulary: Pointer) => number>(
      llama,
      'int32_t llama_vocab_n_tokens(void*)',
    ),
    isEndOfGeneration: typed<(vocabulary: Pointer, token: number) => boolean>(
      llama,
      'bool llama_vocab_is_eog(void*, int32_t)',
    ),
    isControl: typed<(vocabulary: Pointer, token: number) => boolean>(
      llama,
      'bool llama_vocab_is_control(void*, int32_t)',
    ),
    beginOfSequence: typed<(vocabulary: Pointer) => number>(
      llama,
      'int32_t llama_vocab_bos(void*)',
    ),
    endOfSequence: typed<(vocabulary: Pointer) => number>(llama, 'int32_t llama_vocab_eos(void*)'),
    addsBeginOfSequence: typed<(vocabulary: Pointer) => boolean>(
      llama,
      'bool llama_vocab_get_add_bos(void*)',
    ),
    tokenize: typed<
      (
        vocabulary: Pointer,
        text: Uint8Array,
        textBytes: number,
        tokens: Int32Array,
        room: number,
        addSpecial: boolean,
        parseSpecial: boolean,
      ) => number
    >(
      llama,
      'int32_t llama_tokenize(void*, const uint8_t*, int32_t, _Out_ int32_t*, int32_t, bool, bool)',
    ),
    tokenToPiece: typed<
      (
        vocabulary: Pointer,
        token: number,
        piece: Uint8Array,
        room: number,
        leftStrip: number,
        special: boolean,
      ) => number
    >(
      llama,
      'int32_t llama_token_to_piece(void*, int32_t, _Out_ uint8_t*, int32_t, int32_t, bool)',
    ),

    newChain: typed<(parameters: { no_perf: boolean }) => Pointer>(
      llama,
      'void* llama_sampler_chain_init(llama_sampler_chain_params)',
    ),
    chainAdd: typed<(chain: Pointer, sampler: Pointer) => void>(
      llama,
      'void llama_sampler_chain_add(void*, void*)',
    ),
    chainLength: typed<(chain: Pointer) => number>(llama, 'int32_t llama_sampler_chain_n(void*)'),
    chainRemove: typed<(chain: Pointer, index: number) => Pointer>(
      llama,
      'void* llama_sampler_chain_remove(void*, int32_t)',
    ),
    newGreedy: typed<() => Pointer>(llama, 'void* llama_sampler_init_greedy()'),
    newDistribution: typed<(seed: number) => Pointer>(
      llama,
      'void* llama_sampler_init_dist(uint32_t)',
    ),
    newTopK: typed<(k: number) => Pointer>(llama, 'void* llama_sampler_init_top_k(int32_t)'),
    newTopP: typed<(p: number, keep: number) => Pointer>(
      llama,
      'void* llama_sampler_init_top_p(float, size_t)',
    ),
    newMinP: typed<(p: number, keep: number) => Pointer>(
      llama,
      'void* llama_sampler_init_min_p(float, size_t)',
    ),
    newTemperature: typed<(temperature: number) => Pointer>(
      llama,
      'void* llama_sampler_init_temp(float)',
    ),
    samplerApply: typed<(sampler: Pointer, tokens: Uint8Array) => void>(
      llama,
      'void llama_sampler_apply(void*, uint8_t*)',
    ),
    freeSampler: typed<(sampler: Pointer) => void>(llama, 'void llama_sampler_free(void*)'),

    /** The memory at a pointer as a view, without a copy. It must not be read after that memory is freed. */
    viewFloats(address: Pointer, count: number): Float32Array {
      return new Float32Array(koffi.view(address, count * Float32Array.BYTES_PER_ELEMENT));
    },
    /** The address of an array's bytes. The caller must keep the array alive while the address is used. */
    addressOf(array: Uint8Array | Int32Array): Pointer {
      return koffi.address(array);
    },
  };
}

/** A C function as a JavaScript one. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller gives the types of the C signature
function typed<F extends (...values: never[]) => unknown>(
  library: LibraryHandle,
  signature: string,
): F {
  return library.func(signature) as unknown as F;
}

/** As `typed`, but the function runs on a thread of libuv. */
function typedAsync<F extends (...values: never[]) => unknown>(
  library: LibraryHandle,
  signature: string,
): (...values: Parameters<F>) => Promise<ReturnType<F>> {
  const call = library.func(signature);
  return (...values) =>
    new Promise((resolve, reject) => {
      call.async(...values, (error: unknown, result: ReturnType<F>) => {
        if (error === null || error === undefined) {
          resolve(result);
        } else {
          reject(error);
        }
      });
    });
}
