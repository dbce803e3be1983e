/**
 * Consecutive layers of a model in llama.cpp: their weights, a KV cache for several sequences, and one call that
 * decodes a batch. A shard that is not last outputs the hidden states after its last layer. Any shard can be used with
 * its first layers only: its output is then bit for bit the whole model's, as is, on the processor, that of a shard that was
 * cut there.
 */
import { AppError } from '../../../src-shared/errors.ts';
import { batchSizeFor } from '../../wire/batch-size.ts';
import { samples, type StageRole, takesTokens } from '../../wire/stage-role.ts';
import { BatchBuffer, type Run } from './batch-buffer.ts';
import { HiddenTap } from './hidden-tap.ts';
import type { Placement } from '../../wire/engine-messages.ts';
import type { Library } from './library.ts';
import { type Llama, noVocabulary, type Pointer } from './llama.ts';
import { Model } from './model.ts';

/** Where no placement is given, llama.cpp chooses. */
export type ShardOptions = Partial<Placement> & {
  readonly role: StageRole;
  readonly contextLength: number;
  readonly maxSessions: number;
  /** Most tokens in a batch; batch-size.ts may reduce it. */
  readonly batchSize: number;
  readonly threads: number;
};

/**
 * How long idle CPU threads spin for the next graph. Zero, because other shards share the cores, and waking up
 * takes only some ten microseconds of a token's milliseconds.
 */
const threadPolling = 0;

/** llama.cpp computes larger batches in parts of this many tokens. */
const largestMicroBatch = 512;

export class Shard {
  readonly model: Model;
  readonly role: StageRole;
  /** Cells of the KV cache, which all sequences share: the configured number, rounded up by llama.cpp. */
  readonly contextLength: number;
  readonly batchSize: number;
  readonly #llama: Llama;
  readonly #context: Pointer;
  readonly #memory: Pointer;
  readonly #pool: Pointer | undefined;
  readonly #tap: HiddenTap;
  readonly #batch: BatchBuffer;
  /** The index of the last token of each run in the last batch. */
  #lastIndexes: number[] = [];

  /**
   * Loads a model and makes its context.
   * @throws AppError `engine-load-failed` with llama.cpp's reason
   */
  static async load(library: Library, path: string, options: ShardOptions): Promise<Shard> {
    const { devices = null, deviceLayers = null } = options;
    const model = await Model.load(library, path, 'all', { devices, deviceLayers });
    try {
      return new Shard(library, model, options);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  private constructor(library: Library, model: Model, options: ShardOptions) {
    const { llama } = library;
    this.#llama = llama;
    this.model = model;
    this.role = options.role;
    this.batchSize = this.samples
      ? options.batchSize
      : batchSizeFor(options.batchSize, model.vocabularySize);
    if (this.samples && model.vocabularyType === noVocabulary) {
      throw new AppError(
        'engine-load-failed',
        `${model.path} has no tokenizer, so it cannot be loaded as ${this.role}; a part from the middle ` +
          'of a model is loaded as middle.',
      );
    }
    this.#tap = new HiddenTap(llama, model.width);
    // llama.cpp requires a batch size of at least the number of sequences.
    const batchSize = Math.max(this.batchSize, options.maxSessions);
    const onGpu = model.devices.length > 0;
    const context = llama.newContext(model.pointer, {
      ...llama.contextDefaults(),
      n_ctx: options.contextLength,
      n_batch: batchSize,
      n_ubatch: Math.min(batchSize, Math.max(largestMicroBatch, options.maxSessions)),
      n_seq_max: options.maxSessions,
      n_outputs_max: this.samples ? options.maxSessions : batchSize,
      n_threads: options.threads,
      n_threads_batch: options.threads,
      cb_eval: this.#tap.callback,
      offload_kqv: onGpu,
      op_offload: onGpu,
      // With one cache for all sequences, a batch's tokens stay in the given order.
      kv_unified: true,
    });
    if (context === null) {
      this.#tap.dispose();
      throw new AppError(
        'engine-load-failed',
        `llama.cpp cannot make a context of ${options.contextLength} tokens for ${model.path}: ` +
          (library.log.takeProblems() || 'it gave no reason'),
      );
    }
    this.#context = context;
    this.#memory = llama.memory(context);
    this.contextLength = llama.contextLength(context);
    this.#batch = new BatchBuffer(
      llama,
      this.takesTokens ? 'tokens' : model.width,
      batchSize,
      options.maxSessions,
    );
    this.#pool = llama.newThreadpool(options.threads, threadPolling);
    if (this.#pool !== undefined) {
      llama.attachThreadpool(context, this.#pool, this.#pool);
    }
  }

  get takesTokens(): boolean {
    return takesTokens(this.role);
  }

  get samples(): boolean {
    return samples(this.role);
  }

  /** Bytes that one token's input value takes. */
  get inputBytesPerToken(): number {
    return this.takesTokens ? 4 : this.model.width * 4;
  }

  /**
   * Decodes one batch. Every slot appears at most once, and all runs together are at most `batchSize` tokens;
   * token ids are below the vocabulary's size and hidden states finite: the caller has checked that.
   * @param layers how many of the shard's layers to use, from the first one on; always the same for one sequence
   * @returns the hidden states of each run after these layers: float32, count × width; none where the shard samples.
   * @throws AppError `context-too-long` when the cache has no room, `engine-failed` when computing failed
   */
  decode(runs: readonly Run[], layers = this.model.layers): Buffer[] {
    const isCut = layers < this.model.layers;
    const givesHidden = isCut || !this.samples;
    // llama.cpp's last layer computes outputs only; the layers before it compute every token.
    this.#lastIndexes = this.#batch.fill(runs, givesHidden && !isCut);
    const tokens = runs.reduce((sum, run) => sum + run.count, 0);
    // A failed batch may not have closed the tap.
    this.#tap.close();
    if (givesHidden) {
      this.#tap.start(tokens, layers);
    }
    const code = this.#llama.decode(this.#context, this.#batch.batch);
    if (code === 1) {
      throw new AppError(
        'context-too-long',
        `The cache of ${this.contextLength} tokens has no room for ${tokens} more; close a session or shorten it.`,
      );
    }
    if (code !== 0) {
      throw new AppError(
        'engine-failed',
        `llama.cpp could not decode ${tokens} tokens (code ${code}).`,
      );
    }
    return givesHidden ? this.#tap.take(runs.map((run) => run.count)) : [];
  }

  /**
   * The logits after the last token of a run of the last batch, one per token of the vocabulary. A view into
   * llama.cpp's memory: valid until the next `decode`.
   */
  logits(runIndex: number): Float32Array {
    const index = this.#lastIndexes[runIndex];
    const address = index === undefined ? null : this.#llama.logitsAt(this.#context, index);
    if (address === null) {
      throw new AppError('internal', `No logits were computed for run ${runIndex}`);
    }
    return this.#llama.viewFloats(address, this.model.vocabularySize);
  }

  /** Sets how many of the shard's threads compute the next batches; the others sleep. */
  useThreads(count: number): void {
    this.#llama.setThreads(this.#context, count, count);
  }

  /** Removes the tokens of a sequence from position `length` on. */
  truncate(slot: number, length: number): void {
    this.#llama.removeFrom(this.#memory, slot, length, -1);
  }

  /** The number of tokens of a sequence in the cache. */
  lengthOf(slot: number): number {
    return this.#llama.lastPosition(this.#memory, slot) + 1;
  }

  /** Frees cache, threads and weights. The shard cannot be used any more. */
  dispose(): void {
    this.#llama.freeContext(this.#context);
    if (this.#pool !== undefined) {
      this.#llama.freeThreadpool(this.#pool);
    }
    this.#tap.dispose();
    this.model.dispose();
  }
}
