/**
 * Length-prefixed frames, the same on the engine's local link and on the app's libp2p streams:
 *
 *   u32 body length | u32 kind | body          (little endian; the body is a fresh, 8-byte aligned buffer)
 *
 * The length is checked against the limit of its kind before memory is allocated for it.
 */
import { AppError } from '../../src-shared/errors.ts';

const frameHeaderBytes = 8;

export type Frame = { readonly kind: number; readonly body: Buffer };

/**
 * The limit of a kind that another version of a protocol may have: the consumer gets the frame without its body, for which
 * no memory is allocated, and no later frame.
 */
export const unspoken = 'unspoken';

/** The largest body, in bytes, that a reader accepts for a kind; `undefined` for a kind that is not allowed. */
export type FrameLimits = (kind: number) => number | typeof unspoken | undefined;

/** The header and the parts of the body as separate buffers, so that large bodies need not be copied. */
export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Uint8Array[] {
  const header = Buffer.allocUnsafe(frameHeaderBytes);
  header.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.byteLength, 0),
    0,
  );
  header.writeUInt32LE(kind, 4);
  return [header, ...parts];
}

/** Splits a byte stream with any chunk boundaries into frames. A reader serves one stream. */
export class FrameReader {
  #limits: FrameLimits;
  readonly #onFrame: (frame: Frame) => void;
  readonly #header = Buffer.alloc(frameHeaderBytes);
  #headerFilled = 0;
  #kind = 0;
  #body: Buffer | undefined;
  #bodyFilled = 0;
  #isPaused = false;
  #reading = false;
  #isDropping = false;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(limits: FrameLimits, onFrame: (frame: Frame) => void) {
    this.#limits = limits;
    this.#onFrame = onFrame;
  }

  /**
   * Takes the next bytes of the stream and calls `onFrame` for every frame they complete.
   * @throws AppError `protocol-violation` for an unknown kind or a length over the kind's limit; the
   * stream cannot be read any further then
   */
  push(chunk: Uint8Array): void {
    if (chunk.byteLength > 0) {
      this.#waiting.push(chunk);
      this.#waitingBytes += chunk.byteLength;
      this.#readWaiting();
    }
  }

  /**
   * Passes on no frame until `release`, while the consumer still handles the last one. Bytes
   * that are pushed meanwhile wait, which also slows the sender down.
   */
  hold(): void {
    this.#isPaused = true;
  }

  /** Continues with the waiting bytes. @throws AppError as `push` */
  release(): void {
    this.#isPaused = false;
    this.#readWaiting();
  }

  /** Sets the limits for all frames whose header was not read yet; when called in `onFrame`, from the next frame on. */
  allow(limits: FrameLimits): void {
    this.#limits = limits;
  }

  /** Passes on no more frames, and drops all bytes, including an incomplete body. */
  drop(): void {
    this.#isDropping = true;
    this.#body = undefined;
    this.#headerFilled = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Bytes that were pushed and not read yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** True between frames: a stream that ends here ended cleanly. */
  get isIdle(): boolean {
    return this.#headerFilled === 0 && this.#body === undefined && this.#waitingBytes === 0;
  }

  #readWaiting(): void {
    // `onFrame` may call `hold` and `release` itself; then the outer call continues to read.
    if (this.#reading) {
      return;
    }
    this.#reading = true;
    try {
      while (!this.#isPaused && this.#waitingBytes > 0) {
        // Chunks are joined, so that many small ones do not take a queue operation each.
        const [first] = this.#waiting;
        const chunk =
          first !== undefined && this.#waiting.length === 1 ? first : Buffer.concat(this.#waiting);
        this.#waiting = [];
        this.#waitingBytes = 0;
        const rest = chunk.subarray(this.#read(chunk));
        if (rest.byteLength > 0) {
          this.#waiting.unshift(rest);
          this.#waitingBytes += rest.byteLength;
        }
      }
    } finally {
      this.#reading = false;
    }
  }

  /** Reads until the chunk's end or until paused; returns how many bytes it took. */
  #read(chunk: Uint8Array): number {
    let offset = 0;
    while (offset < chunk.byteLength && !this.#isPaused) {
      if (this.#isDropping) {
        return chunk.byteLength;
      }
      if (this.#body === undefined) {
        const taken = Math.min(frameHeaderBytes - this.#headerFilled, chunk.byteLength - offset);
        this.#header.set(chunk.subarray(offset, offset + taken), this.#headerFilled);
        this.#headerFilled += taken;
        offset += taken;
        if (this.#headerFilled === frameHeaderBytes) {
          this.#startBody();
        }
      } else {
        const taken = Math.min(this.#body.byteLength - this.#bodyFilled, chunk.byteLength - offset);
        this.#body.set(chunk.subarray(offset, offset + taken), this.#bodyFilled);
        this.#bodyFilled += taken;
        offset += taken;
      }
      this.#finishBody();
    }
    return offset;
  }

  #startBody(): void {
    const length = this.#header.readUInt32LE(0);
    this.#kind = this.#header.readUInt32LE(4);
    const limit = this.#limits(this.#kind);
    if (limit === unspoken) {
      this.drop();
      this.#onFrame({ kind: this.#kind, body: Buffer.alloc(0) });
      return;
    }
    if (limit === undefined) {
      throw new AppError('protocol-violation', `Unknown frame kind ${this.#kind}`);
    }
    if (length > limit) {
      throw new AppError(
        'protocol-violation',
        `A frame of kind ${this.#kind} claims ${length} bytes; at most ${limit} are allowed`,
      );
    }
    this.#headerFilled = 0;
    this.#bodyFilled = 0;
    this.#body = Buffer.allocUnsafeSlow(length);
  }

  #finishBody(): void {
    if (this.#body !== undefined && this.#bodyFilled === this.#body.byteLength) {
      const body = this.#body;
      this.#body = undefined;
      this.#onFrame({ kind: this.#kind, body });
    }
  }
}
