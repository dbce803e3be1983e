/**
 * The memory that a peer may make the multiplexer use. yamux (8.0) waits for as many bytes as a frame's header promises, up to
 * 4 GiB, and queues an answer to every small frame without asking whether the peer reads any; both are checked
 * here before they reach it. Frames: https://github.com/hashicorp/yamux/blob/master/spec.md
 */
import { AppError } from '../../../../src-shared/errors.ts';

const headerBytes = 12;
const dataType = 0;

/** Most pieces that one frame may come in; those of honest peers are as large as TLS makes them, 16 KiB. */
const maxPieces = 4096;

/** Most frames while the peer takes none of ours: each may have an answer, which waits in some 150 bytes. */
const maxUnanswered = 8192;

export class MuxerWatch {
  readonly #maxFrameBytes: number;
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  /** Bytes that the frame which is being read still has, and the pieces that it came in. */
  #bodyLeft = 0;
  #pieces = 0;
  #unanswered = 0;

  /** `maxFrameBytes`: of one frame's data, so the largest window that a stream of ours may have. */
  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * Checks the next bytes of a connection. `isStuck`: the peer has not taken what it was sent.
   * @throws AppError `protocol-violation` when the connection is to be given up
   */
  inspect(chunk: Uint8Array, isStuck: boolean): void {
    if (!isStuck) {
      this.#unanswered = 0;
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
    this.#unanswered += isStuck ? 1 : 0;
    if (this.#unanswered > maxUnanswered) {
      throw violation('goes on sending and reads no answer');
    }
  }
}

function violation(what: string): AppError {
  return new AppError('protocol-violation', `A peer ${what}`);
}
