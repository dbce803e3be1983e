/**
 * A pair of channels inside the process, for a node's channels to itself. They behave as channels over a connection: bodies
 * are copied, limits are checked, and a slow reader slows the writer down.
 */
import { AppError } from '../../../../src-shared/errors.ts';
import { type Frame, type FrameLimits, unspoken } from '../../../wire/frame.ts';
import type { Channel } from './channel.ts';
import {
  FrameChannel,
  type ChannelReport,
  type FramePipe,
  type PipeEvents,
} from './frame-channel.ts';

/** A writer waits while more than this is unread on the other side, in bytes. */
const highWaterBytes = 1024 * 1024;

/** Two channels, each of which receives what the other sends, under its own limits. */
export function localChannelPair(
  peer: string,
  limits: readonly [FrameLimits, FrameLimits],
  report: ChannelReport,
): [Channel, Channel] {
  const [onePipe, otherPipe] = [new LocalPipe(limits[0]), new LocalPipe(limits[1])];
  onePipe.connect(otherPipe);
  otherPipe.connect(onePipe);
  return [
    new FrameChannel(peer, report, (events) => onePipe.open(events)),
    new FrameChannel(peer, report, (events) => otherPipe.open(events)),
  ];
}

class LocalPipe implements FramePipe {
  #limits: FrameLimits;
  #isIgnoring = false;
  #other: LocalPipe | undefined;
  #events: PipeEvents | undefined;
  #unread: Frame[] = [];
  #unreadBytes = 0;
  #isPaused = true;
  #scheduled = false;
  #otherEnded = false;
  /** The listener was told of the other side's end; this side may still write. */
  #isRead = false;
  #isBroken = false;
  #wakeWriters: (() => void)[] = [];

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  connect(other: LocalPipe): void {
    this.#other = other;
  }

  open(events: PipeEvents): this {
    this.#events = events;
    return this;
  }

  async write(kind: number, parts: readonly Uint8Array[]): Promise<void> {
    if (this.#other !== undefined) {
      await this.#other.#receive(kind, parts);
    }
    if (this.#isBroken) {
      throw new AppError('peer-failed', 'The channel is closed');
    }
  }

  async end(): Promise<void> {
    if (this.#other !== undefined) {
      this.#other.#otherEnded = true;
      this.#other.#schedule();
    }
  }

  reset(): void {
    this.#drop();
    if (this.#other !== undefined) {
      this.#other.#break(new AppError('peer-failed', 'The channel was reset'));
    }
  }

  hold(): void {
    this.#isPaused = true;
  }

  release(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  allow(limits: FrameLimits): void {
    this.#limits = limits;
  }

  ignore(): void {
    this.#isIgnoring = true;
    this.#clear();
    this.release();
  }

  /** Takes a frame from the other side; resolves once enough was read that the writer may continue. */
  async #receive(kind: number, parts: readonly Uint8Array[]): Promise<void> {
    if (this.#isBroken || this.#isIgnoring) {
      return;
    }
    const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
    const body = Buffer.allocUnsafeSlow(length);
    parts.reduce((offset, part) => {
      body.set(part, offset);
      return offset + part.byteLength;
    }, 0);
    this.#unread.push({ kind, body });
    this.#unreadBytes += length;
    this.#schedule();
    while (this.#unreadBytes > highWaterBytes && !this.#isBroken) {
      await new Promise<void>((resolve) => {
        this.#wakeWriters.push(resolve);
      });
    }
  }

  /** Delivers in a later microtask, so that a listener is never called from within the `send` of the other side. */
  #schedule(): void {
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#deliver();
      });
    }
  }

  #deliver(): void {
    while (!this.#isPaused && !this.#isBroken) {
      const frame = this.#unread.shift();
      if (frame === undefined) {
        break;
      }
      this.#unreadBytes -= frame.body.byteLength;
      this.#give(frame);
    }
    if (this.#unreadBytes <= highWaterBytes) {
      this.#wake();
    }
    const isAtEnd = this.#otherEnded && this.#unread.length === 0;
    if (isAtEnd && !this.#isRead && !this.#isBroken) {
      this.#isRead = true;
      this.#events?.ended();
    }
  }

  /** Checks the limits just before delivery, since the listener may have changed them at the frame before. */
  #give(frame: Frame): void {
    const { kind, body } = frame;
    const limit = this.#limits(kind);
    if (limit === unspoken) {
      this.#isIgnoring = true;
      this.#clear();
      this.#events?.frame({ kind, body: Buffer.alloc(0) });
    } else if (limit === undefined || body.byteLength > limit) {
      const what = limit === undefined ? 'came out of turn' : `has ${body.byteLength} bytes`;
      this.#break(new AppError('protocol-violation', `A frame of kind ${kind} ${what}`));
    } else {
      this.#events?.frame(frame);
    }
  }

  #break(error: AppError): void {
    if (!this.#isBroken) {
      this.#drop();
      this.#events?.broken(error);
    }
  }

  #drop(): void {
    this.#isBroken = true;
    this.#clear();
  }

  #clear(): void {
    this.#unread = [];
    this.#unreadBytes = 0;
    this.#wake();
  }

  #wake(): void {
    const writers = this.#wakeWriters;
    this.#wakeWriters = [];
    writers.forEach((wake) => wake());
  }
}
