/**
 * The layers at which some shard begins. A shard that is used for its first layers alone is used up to one of these: after
 * any other layer, no shard could continue the chain.
 */
export class Joints {
  /** 1 for each layer at which a shard begins. */
  readonly #begins: Uint8Array;

  /** `layers`: the model's count. */
  constructor(layers: number) {
    this.#begins = new Uint8Array(layers);
  }

  /** Notes that a shard begins with this layer. */
  note(firstLayer: number): void {
    this.#begins[firstLayer] = 1;
  }

  /** The first layer, from this one on, at which a part can end: the one before a joint, or else `last`. */
  nextEnd(layer: number, last: number): number {
    let end = layer;
    while (end < last && this.#begins[end + 1] !== 1) {
      end += 1;
    }
    return end;
  }
}
