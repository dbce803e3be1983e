/**
 * Bounds the memory that a peer can make the multiplexer use. yamux (8.0) waits for as many bytes as a frame's header claims,
 * up to 4 GiB, and queues a reply to every small frame even if the peer reads none; both are checked here before the bytes
 * reach it. Frames: https://github.com/hashicorp/yamux/blob/master/spec.md
 */
import { AppError } from '../../../../src-shared/errors.ts';

const headerBytes = 12;
const dataType = 0;

/** Most pieces of one frame; honest peers send pieces as large as TLS records, 16 KiB. */
const maxPieces = 4096;

/** Most frames while the peer reads nothing: each may cause a reply, which waits in about 150 bytes. */
const maxUnread = 8192;

export class MuxerWatch {
  readonly #maxFrameBytes: number;
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  /** How many bytes of the current frame are still to come, and in how many pieces it came so far. */
  #bodyLeft = 0;
  #pieces = 0;
  #unread = 0;

  /** `maxFrameBytes`: most bytes of one frame's data, which is the largest window of a stream. */
  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * Checks the next bytes of a connection. `isStuck`: the peer has not taken what it was sent.
   * @throws AppError `protocol-violation` when the connection is to be given up
   */
  inspect(chunk: Uint8Array, isStuck: boolean): void {
    if (!isStuck) {
      this.#unread = 0;
    }
    this.#pieces += 1;
    let at = 0;
    while (at < chunk.byteLength) {
      const skipped = Math.min(this.#bodyLeft, chunk.byteLength - at);
      this.#bodyLeft -= skipped;
      at += skipped;
      while (this.#bodyLeft === 0 && at < chunk.byteLength) {
        this.#header[this.#headerFilled] = chunk[at] ?? 0;
        this.#headerFilled += 1;
        at += 1;
        if (this.#headerFilled === headerBytes) {
          this.#begin(isStuck);
        }
      }
    }
    if (this.#pieces > maxPieces) {
      throw violation('sent a frame in tiny pieces');
    }
  }

  #begin(isStuck: boolean): void {
    this.#headerFilled = 0;
    this.#pieces = 0;
    this.#bodyLeft = this.#header[1] === dataType ? this.#header.readUInt32BE(8) : 0;
    if (this.#bodyLeft > this.#maxFrameBytes) {
      throw violation(`began a frame of ${this.#bodyLeft} bytes`);
    }
    this.#unread += isStuck ? 1 : 0;
    if (this.#unread > maxUnread) {
      throw violation('keeps sending and reads no reply');
    }
  }
}

function violation(what: string): AppError {
  return new AppError('protocol-violation', `A peer ${what}`);
}
