/** The chunks of a model that a source has: one bit for each, so 5 KB for 40 GB. */
export class Bitmap {
  readonly length: number;
  readonly #bytes: Buffer;
  #count = 0;

  constructor(length: number) {
    this.length = length;
    this.#bytes = Buffer.alloc(bitmapBytes(length));
  }

  /** Reads a bitmap; undefined when the bytes are not exactly a bitmap of this length. */
  static parse(bytes: Uint8Array, length: number): Bitmap | undefined {
    if (bytes.byteLength !== bitmapBytes(length)) {
      return undefined;
    }
    const bitmap = new Bitmap(length);
    for (let bit = 0; bit < bytes.byteLength * 8; bit += 1) {
      if (((bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0) {
        if (bit >= length) {
          return undefined;
        }
        bitmap.set(bit);
      }
    }
    return bitmap;
  }

  /** How many bits are set. */
  get count(): number {
    return this.#count;
  }

  has(bit: number): boolean {
    return ((this.#bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  set(bit: number): void {
    if (bit < this.length && !this.has(bit)) {
      this.#bytes[bit >> 3] = (this.#bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
      this.#count += 1;
    }
  }

  clear(bit: number): void {
    if (this.has(bit)) {
      this.#bytes[bit >> 3] = (this.#bytes[bit >> 3] ?? 0) & ~(1 << (bit & 7));
      this.#count -= 1;
    }
  }

  copy(): Bitmap {
    const copy = new Bitmap(this.length);
    this.#bytes.copy(copy.#bytes);
    copy.#count = this.#count;
    return copy;
  }

  toBytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

function bitmapBytes(length: number): number {
  return Math.ceil(length / 8);
}
