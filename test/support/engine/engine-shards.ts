/** Chains of shards in the test's own process, without scheduler or link, for comparing logits bit by bit. */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Library } from '../../../src-worker/engine/llama/library.ts';
import { Shard, type ShardOptions } from '../../../src-worker/engine/llama/shard.ts';
import { rangesAt, roleOf, type TestModel, tokensAsBytes } from './engine-models.ts';

/** A part of a batch: tokens of one sequence, from a position on. */
export type Piece = {
  readonly slot: number;
  readonly position: number;
  readonly tokens: readonly number[];
};

/** Enough for the tests' prompts; slots are 0 to 3. */
const usualOptions: Omit<ShardOptions, 'role'> = {
  contextLength: 512,
  maxSessions: 4,
  batchSize: 64,
  threads: 1,
};

/** A shard, and how many of its layers are used, from the first one on. */
export type UsedShard = { readonly shard: Shard; readonly layers: number };

/** Loads each shard of a model once, for any number of chains. */
export class ShardSet {
  readonly #library: Library;
  readonly #model: TestModel;
  readonly #options: Omit<ShardOptions, 'role'>;
  readonly #shards = new Map<string, Shard>();

  constructor(library: Library, model: TestModel, options: Partial<ShardOptions> = {}) {
    this.#library = library;
    this.#model = model;
    this.#options = { ...usualOptions, ...options };
  }

  /**
   * The chain that results from cutting before each of `boundaries`; without any, the whole model. Its caches are
   * empty.
   */
  async chain(...boundaries: number[]): Promise<Chain> {
    const used: UsedShard[] = [];
    for (const range of rangesAt(boundaries, this.#model.layers)) {
      used.push(await this.use(range));
    }
    return new Chain(used);
  }

  /** The shard with these layers, used up to `lastUsed`; by default all of it. Its cache is empty. */
  async use({ firstLayer, lastLayer }: LayerRange, lastUsed = lastLayer): Promise<UsedShard> {
    const key = `${firstLayer}-${lastLayer}`;
    let shard = this.#shards.get(key);
    if (shard === undefined) {
      const role = roleOf(firstLayer, lastLayer, this.#model.layers);
      const path =
        role === 'whole' ? this.#model.path : await this.#model.cut(firstLayer, lastLayer);
      shard = await Shard.load(this.#library, path, { ...this.#options, role });
      this.#shards.set(key, shard);
    }
    for (let slot = 0; slot < this.#options.maxSessions; slot += 1) {
      shard.truncate(slot, 0);
    }
    return { shard, layers: lastUsed - firstLayer + 1 };
  }

  dispose(): void {
    for (const shard of this.#shards.values()) {
      shard.dispose();
    }
  }
}

export class Chain {
  readonly #used: readonly UsedShard[];

  constructor(used: readonly UsedShard[]) {
    this.#used = used;
  }

  /** Decodes one batch through all shards. Returns, for each piece, the bytes of the logits after its last token. */
  decode(...pieces: Piece[]): Buffer[] {
    let values: Uint8Array[] = pieces.map(({ tokens }) => tokensAsBytes(tokens));
    for (const used of this.#used) {
      const samples = used.shard.samples && used.layers === used.shard.model.layers;
      const outputs = decodeUsed(used, pieces, values, samples);
      if (samples) {
        return pieces.map((_, index) =>
          Buffer.from(Float32Array.from(used.shard.logits(index)).buffer),
        );
      }
      values = outputs;
    }
    throw new Error('The chain has no last shard');
  }

  /** The same through all shards but the last. Returns the hidden states after each of them, by piece. */
  hiddenStates(...pieces: Piece[]): Buffer[][] {
    let values: Uint8Array[] = pieces.map(({ tokens }) => tokensAsBytes(tokens));
    return this.#used.map((used) => {
      const outputs = decodeUsed(used, pieces, values, false);
      values = outputs;
      return outputs;
    });
  }

  truncate(slot: number, length: number): void {
    for (const { shard } of this.#used) {
      shard.truncate(slot, length);
    }
  }

  lengths(slot: number): number[] {
    return this.#used.map(({ shard }) => shard.lengthOf(slot));
  }
}

function decodeUsed(
  { shard, layers }: UsedShard,
  pieces: readonly Piece[],
  values: readonly Uint8Array[],
  wantsLogits: boolean,
): Buffer[] {
  const runs = pieces.map(({ slot, position, tokens }, index) => ({
    slot,
    position,
    count: tokens.length,
    values: values[index] ?? new Uint8Array(0),
    wantsLogits,
  }));
  return shard.decode(runs, layers);
}

/** `count` tokens of printable text, which differ for every position. */
export function promptTokens(count: number, start = 0): number[] {
  return Array.from({ length: count }, (_, index) => 33 + ((37 * (start + index) + 11) % 90));
}

export function greedyToken(logits: Buffer): number {
  const values = new Float32Array(logits.buffer, logits.byteOffset, logits.byteLength / 4);
  return values.indexOf(values.reduce((best, value) => Math.max(best, value), -Infinity));
}
