/**
 * Frames over a socket, the same at both ends of the link between a node and its engine: whole frames in, whole
 * frames out, and both directions can be paused.
 */
import type { Socket } from 'node:net';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { engineKinds } from './engine-messages.ts';
import { encodeFrame, type Frame, type FrameLimits, FrameReader } from './frame.ts';

const mebibyte = 1024 * 1024;

/** Largest bodies. Work: 2,048 tokens of a model 8,192 values wide; senders cut what is longer. */
export const linkLimits = {
  workBytes: 64 * mebibyte,
  /** The longest text to tokenize, with every character escaped. */
  requestBytes: 32 * mebibyte,
  /** A vocabulary of some hundred thousand tokens, or the tokens of the longest text. */
  responseBytes: 64 * mebibyte,
} as const;

/** What an engine reads. */
export const engineInputLimits: FrameLimits = (kind) => {
  switch (kind) {
    case engineKinds.tokens:
    case engineKinds.hidden:
      return linkLimits.workBytes;
    case engineKinds.request:
      return linkLimits.requestBytes;
    default:
      return undefined;
  }
};

/** What a node reads. */
export const nodeInputLimits: FrameLimits = (kind) => {
  switch (kind) {
    case engineKinds.hidden:
    case engineKinds.sampled:
      return linkLimits.workBytes;
    case engineKinds.response:
      return linkLimits.responseBytes;
    default:
      return undefined;
  }
};

export type FrameLinkEvents = {
  /** A frame came. What it throws ends the link. */
  readonly onFrame: (frame: Frame) => void;
  /** The link ended, once: by the other side, or with an error by ours. */
  readonly onEnd: (error: AppError | undefined) => void;
};

/** Bytes that may wait to be written before `isCongested`. */
const congestionBytes = 8 * mebibyte;

export class FrameLink {
  readonly #socket: Socket;
  #ended = false;
  readonly #waiting: (() => void)[] = [];

  constructor(socket: Socket, limits: FrameLimits, events: FrameLinkEvents) {
    this.#socket = socket;
    const reader = new FrameReader(limits, events.onFrame);
    const end = (error?: AppError): void => {
      if (!this.#ended) {
        this.#ended = true;
        socket.destroy();
        this.#wake();
        events.onEnd(error);
      }
    };
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        end(toAppError(error));
      }
    });
    socket.on('end', () => {
      end(
        reader.isIdle
          ? undefined
          : new AppError('protocol-violation', 'The link ended inside a frame.'),
      );
    });
    // A broken pipe is how the other side's death looks; there is no more to say about it.
    socket.on('error', () => end());
    socket.on('close', () => end());
    socket.on('drain', () => this.#wake());
  }

  /** Queues a frame; dropped when the link has ended. The parts must not change afterwards. */
  send(kind: number, ...parts: readonly Uint8Array[]): void {
    if (this.#ended) {
      return;
    }
    this.#socket.cork();
    for (const part of encodeFrame(kind, ...parts)) {
      this.#socket.write(part);
    }
    this.#socket.uncork();
  }

  sendJson(kind: number, value: unknown): void {
    this.send(kind, Buffer.from(JSON.stringify(value), 'utf8'));
  }

  /** True when so much waits to be written that the sender should wait for `drained`. */
  get isCongested(): boolean {
    return !this.#ended && this.#socket.writableLength > congestionBytes;
  }

  /** True while part of a large frame waits for the reader. A batch computed meanwhile would hold it up. */
  get isUnwritten(): boolean {
    return !this.#ended && this.#socket.writableNeedDrain;
  }

  /** Resolves when everything is written, or the link has ended. */
  async drained(): Promise<void> {
    if (!this.#ended && this.#socket.writableNeedDrain) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Stops reading; the other side's frames wait in the socket, and then with the other side. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Writes what is queued and ends the link. */
  end(): void {
    this.#socket.end();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) {
      resolve();
    }
  }
}
