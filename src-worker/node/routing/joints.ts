/**
 * The layers behind which a chain can go on with another shard, since one begins there: a shard that is used for the
 * first of its layers is used up to one of these. Up to any other it would be a stage that nothing follows.
 */
export class Joints {
  /** 1 for each layer that a shard begins with. */
  readonly #begins: Uint8Array;

  /** `layers`: the model's count. */
  constructor(layers: number) {
    this.#begins = new Uint8Array(layers);
  }

  /** Notes that a shard begins with this layer. */
  note(firstLayer: number): void {
    this.#begins[firstLayer] = 1;
  }

  /** The first layer, from this one on, that a part can end with: one before a joint, or else `last`. */
  nextEnd(layer: number, last: number): number {
    let end = layer;
    while (end < last && this.#begins[end + 1] !== 1) {
      end += 1;
    }
    return end;
  }
}
