/**
 * Sends and receives frames over the socket between a node and its engine; the same at both ends. Both directions
 * can be paused.
 */
import type { Socket } from 'node:net';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { engineKinds } from './engine-messages.ts';
import { encodeFrame, type Frame, type FrameLimits, FrameReader } from './frame.ts';

const mebibyte = 1024 * 1024;

/** Largest bodies. A segment: 2,048 tokens of a model with a width of 8,192; senders split longer ones. */
export const linkLimits = {
  segmentBytes: 64 * mebibyte,
  /** The longest text to tokenize, with every character escaped. */
  requestBytes: 32 * mebibyte,
  /** A vocabulary of some hundred thousand tokens, or the tokens of the longest text. */
  responseBytes: 64 * mebibyte,
} as const;

/** The limits of frames to an engine. */
export const engineInputLimits: FrameLimits = (kind) => {
  switch (kind) {
    case engineKinds.tokens:
    case engineKinds.hidden:
      return linkLimits.segmentBytes;
    case engineKinds.request:
      return linkLimits.requestBytes;
    default:
      return undefined;
  }
};

/** The limits of frames to a node. */
export const nodeInputLimits: FrameLimits = (kind) => {
  switch (kind) {
    case engineKinds.hidden:
    case engineKinds.sampled:
      return linkLimits.segmentBytes;
    case engineKinds.response:
      return linkLimits.responseBytes;
    default:
      return undefined;
  }
};

export type FrameLinkEvents = {
  /** Called with each frame. An error that it throws ends the link. */
  readonly onFrame: (frame: Frame) => void;
  /** Called once when the link has ended: by the other side, or with an error by this side. */
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
    // A broken pipe means that the other side has died; the error has no further information.
    socket.on('error', () => end());
    socket.on('close', () => end());
    socket.on('drain', () => this.#wake());
  }

  /** Queues a frame; drops it when the link has ended. The parts must not change afterwards. */
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

  /** True when so many bytes wait to be written that the sender should wait for `drained`. */
  get isCongested(): boolean {
    return !this.#ended && this.#socket.writableLength > congestionBytes;
  }

  /** True while part of a large frame waits to be written. A batch that began now would delay it. */
  get isUnwritten(): boolean {
    return !this.#ended && this.#socket.writableNeedDrain;
  }

  /** Resolves when all bytes are written, or the link has ended. */
  async drained(): Promise<void> {
    if (!this.#ended && this.#socket.writableNeedDrain) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Stops reading; frames of the other side wait in the socket, and then at the sender. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Writes all queued frames and ends the link. */
  end(): void {
    this.#socket.end();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) {
      resolve();
    }
  }
}
