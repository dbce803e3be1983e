/**
 * The layers behind which a chain can go on with another shard, since one begins there: a shard that is used for the
 * first of its layers is used up to one of these. Up to any other it would be a stage that nothing follows.
 */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { OfferQuestion } from './offers.ts';

export class Joints {
  /** For each layer the first joint that is not before it; the model's count of layers where there is none. */
  readonly #next: Uint32Array;

  /** @param ends last layers of the chains that are searched for, where they do not end with the model */
  constructor({ model, ownShards, peers }: OfferQuestion, ends: readonly number[]) {
    const { manifestId, layers } = model;
    const isJoint = new Uint8Array(layers);
    const mark = (shards: readonly (LayerRange & { readonly manifestId: string })[]): void => {
      for (const shard of shards) {
        if (shard.manifestId === manifestId && shard.firstLayer > 0) {
          isJoint[shard.firstLayer - 1] = 1;
        }
      }
    };
    mark(ownShards);
    for (const { record } of peers) {
      mark(record.shards);
    }
    for (const layer of ends) {
      isJoint[layer] = 1;
    }
    this.#next = new Uint32Array(layers + 1).fill(layers);
    for (let layer = layers - 1; layer >= 0; layer -= 1) {
      this.#next[layer] = isJoint[layer] === 1 ? layer : (this.#next[layer + 1] ?? layers);
    }
  }

  /** The first joint that is not before this layer; the model's count of layers where there is none. */
  from(layer: number): number {
    return this.#next[layer] ?? this.#next.length - 1;
  }
}
