/**
 * The bytes of a punched connection. hyperdht wraps its UDP stream into encryption of its own; libp2p encrypts anyway, and
 * proves the peer, so this takes the stream as it is. Only the frames are kept, three bytes of length before each piece: the
 * native code wakes JavaScript once for a frame, not once for each packet.
 */
import { EventEmitter } from 'node:events';
import type { UdxStream } from './hyperdht.ts';

const headerBytes = 3;

/** Most bytes of a frame that is sent; the native code delivers longer ones in parts of this size. */
const maxFrameBytes = 60 * 1024;

/** How often an idle stream sends a packet, in milliseconds: home routers forget a UDP path after 30 s or more. */
const keepAliveMs = 15_000;

type Events = {
  open: [];
  data: [bytes: Uint8Array];
  drain: [];
  end: [];
  error: [error: Error];
  close: [];
};

/** What hyperdht gives its wrapper once a path is open. */
type Started = { readonly handshake: { readonly remotePublicKey: Uint8Array } };

export class FramedStream extends EventEmitter<Events> {
  rawStream: UdxStream | null = null;
  /** The name that hyperdht asks for. */
  destroying = false;
  remotePublicKey: Uint8Array | undefined;
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  /** How many bytes of the frame are still to come. */
  #left = 0;

  /** Begins to read and write over an open path. */
  start(raw: UdxStream, { handshake }: Started): void {
    this.rawStream = raw;
    this.remotePublicKey = handshake.remotePublicKey;
    raw.setKeepalive(keepAliveMs);
    raw.on('data', (bytes: Uint8Array) => this.#read(bytes));
    raw.on('drain', () => this.emit('drain'));
    raw.on('end', () => this.emit('end'));
    raw.on('error', (error: Error) => this.destroy(error));
    raw.on('close', () => this.destroy());
    this.emit('open');
  }

  /** Returns whether more may be written before `drain`. */
  write(bytes: Uint8Array): boolean {
    let goesOn = true;
    for (let at = 0; at < bytes.byteLength; at += maxFrameBytes) {
      const body = bytes.subarray(at, at + maxFrameBytes);
      const frame = Buffer.allocUnsafe(headerBytes + body.byteLength);
      frame.writeUIntLE(body.byteLength, 0, headerBytes);
      frame.set(body, headerBytes);
      goesOn = this.rawStream?.write(frame) ?? false;
    }
    return goesOn;
  }

  /** Ends after what was written has arrived. */
  end(): void {
    if (this.rawStream === null) {
      this.destroy();
    } else {
      this.rawStream.end();
    }
  }

  destroy(error?: Error): void {
    if (this.destroying) {
      return;
    }
    this.destroying = true;
    this.rawStream?.destroy();
    if (error !== undefined && error !== null && this.listenerCount('error') > 0) {
      this.emit('error', error);
    }
    this.emit('close');
  }

  #read(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength && !this.destroying) {
      if (this.#left === 0) {
        this.#header[this.#headerFilled] = bytes[at] ?? 0;
        this.#headerFilled += 1;
        at += 1;
        if (this.#headerFilled === headerBytes) {
          this.#headerFilled = 0;
          this.#left = this.#header.readUIntLE(0, headerBytes);
        }
      } else {
        // A piece is passed on as it comes, so no frame's length makes this node take memory for it.
        const piece = bytes.subarray(at, at + this.#left);
        this.#left -= piece.byteLength;
        at += piece.byteLength;
        this.emit('data', piece);
      }
    }
  }
}
