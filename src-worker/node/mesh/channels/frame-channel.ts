/**
 * The behaviour of a channel, which is the same over a libp2p stream and inside the process: when which listener gets
 * frames, how an error in a listener ends the channel, and how the two sides close. A pipe below moves the bytes.
 */
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import type { Frame, FrameLimits } from '../../../wire/frame.ts';
import type { Channel } from './channel.ts';
import { shortName } from '../../identity/peer-name.ts';

/** How long the other side may still send after this side has ended, in milliseconds. */
const lastFramesMs = 3000;

/** The events of a pipe for the channel above it. */
export interface PipeEvents {
  /** The next frame; never while paused. */
  frame(frame: Frame): void;
  /** The other side ended cleanly, and its last frame was delivered. */
  ended(): void;
  /** Nothing more can be sent or received. */
  broken(error: AppError): void;
}

/** Sends and receives frames; receiving starts paused. */
export interface FramePipe {
  /** Resolves under back-pressure; rejects once the pipe is ended or broken. */
  write(kind: number, parts: readonly Uint8Array[]): Promise<void>;
  /** Ends this side after all written frames. */
  end(): Promise<void>;
  /** Drops everything; the other side sees a reset. The channel above gets no event. */
  reset(error: AppError): void;
  hold(): void;
  release(): void;
  /** Sets the limits for every frame whose reading has not begun. */
  allow(limits: FrameLimits): void;
  /** Delivers no further frame, keeps no bytes of any, and stops pausing. */
  ignore(): void;
}

/** Called with every error that the other side or a listener caused, for the log and the peer's reputation. */
export type ChannelReport = (error: AppError, peer: string) => void;

export class FrameChannel implements Channel {
  readonly peer: string;
  readonly #pipe: FramePipe;
  readonly #report: ChannelReport;
  #frameListener: ((frame: Frame) => void | Promise<void>) | undefined;
  #closeListeners: ((error: AppError | undefined) => void)[] = [];
  /** Whether a listener's promise is pending. */
  #busy = false;
  #ownEnd: Promise<void> | undefined;
  #otherEnded = false;
  #isExcused = false;
  #outcome: { readonly error: AppError | undefined } | undefined;
  #lastWords: NodeJS.Timeout | undefined;

  constructor(peer: string, report: ChannelReport, openPipe: (events: PipeEvents) => FramePipe) {
    this.peer = peer;
    this.#report = report;
    this.#pipe = openPipe({
      frame: (frame) => this.#give(frame),
      ended: () => {
        this.#otherEnded = true;
        this.#finishWhenEnded();
      },
      broken: (error) => this.#break(error),
    });
  }

  send(kind: number, ...parts: readonly Uint8Array[]): Promise<void> {
    const closed = this.#outcome !== undefined || this.#ownEnd !== undefined;
    const sent = closed
      ? Promise.reject<void>(this.#closedError())
      : this.#pipe.write(kind, parts).catch((error: unknown) => {
          throw error instanceof AppError && error.code === 'peer-failed'
            ? error
            : this.#closedError(error);
        });
    // A caller that does not await `sent` gets the failure from `onClose`; an unhandled rejection would end the process.
    sent.catch(() => {});
    return sent;
  }

  onFrame(listener: (frame: Frame) => void | Promise<void>): void {
    const isFirst = this.#frameListener === undefined;
    this.#frameListener = listener;
    if (isFirst && !this.#busy) {
      this.#release();
    }
  }

  allow(limits: FrameLimits): void {
    this.#pipe.allow(limits);
  }

  ignore(): void {
    if (this.#outcome === undefined) {
      this.#pipe.ignore();
    }
  }

  onClose(listener: (error: AppError | undefined) => void): void {
    const outcome = this.#outcome;
    if (outcome === undefined) {
      this.#closeListeners.push(listener);
    } else {
      queueMicrotask(() => this.#tell(listener, outcome.error));
    }
  }

  close(): Promise<void> {
    this.#ownEnd ??= this.#end();
    return this.#ownEnd;
  }

  abort(error: AppError): void {
    this.#break(error);
  }

  excuse(): void {
    this.#isExcused = true;
  }

  blame(error: AppError): void {
    this.#report(error, this.peer);
  }

  async #end(): Promise<void> {
    if (this.#outcome?.error !== undefined) {
      return;
    }
    try {
      await this.#pipe.end();
    } catch (error) {
      this.#break(this.#closedError(error));
      return;
    }
    if (this.#outcome === undefined) {
      this.#lastWords = setTimeout(() => {
        this.#pipe.reset(this.#closedError());
        this.#finish(undefined);
      }, lastFramesMs).unref();
    }
  }

  #give(frame: Frame): void {
    if (this.#outcome !== undefined) {
      return;
    }
    try {
      const handled = this.#frameListener?.(frame);
      if (handled instanceof Promise) {
        this.#busy = true;
        this.#pipe.hold();
        void this.#goOnAfter(handled);
      }
    } catch (error) {
      this.#fault(error);
    }
  }

  async #goOnAfter(handled: Promise<void>): Promise<void> {
    try {
      await handled;
      this.#busy = false;
      this.#release();
      this.#finishWhenEnded();
    } catch (error) {
      this.#fault(error);
    }
  }

  #release(): void {
    if (this.#outcome === undefined) {
      this.#pipe.release();
    }
  }

  /** Ends this channel after its listener threw; others are not affected. */
  #fault(thrown: unknown): void {
    const error = toAppError(thrown);
    if (this.#outcome === undefined && error.code !== 'protocol-violation') {
      this.#report(error, this.peer);
    }
    this.#break(error);
  }

  #break(error: AppError): void {
    const isFault = error.code === 'protocol-violation' && !this.#isExcused;
    if (isFault && this.#outcome === undefined) {
      this.#report(error, this.peer);
    }
    this.#pipe.reset(error);
    this.#finish(error);
  }

  #finishWhenEnded(): void {
    if (this.#otherEnded && !this.#busy && this.#outcome === undefined) {
      this.#finish(undefined);
      void this.close();
    }
  }

  #finish(error: AppError | undefined): void {
    if (this.#outcome !== undefined) {
      return;
    }
    clearTimeout(this.#lastWords);
    const listeners = this.#closeListeners;
    this.#closeListeners = [];
    if (error !== undefined || this.#ownEnd !== undefined) {
      this.#outcome = { error };
      listeners.forEach((listener) => this.#tell(listener, error));
    } else {
      // The other side ended first, but a listener may still send a last frame.
      listeners.forEach((listener) => this.#tell(listener, error));
      this.#outcome = { error };
    }
  }

  #tell(listener: (error: AppError | undefined) => void, error: AppError | undefined): void {
    try {
      listener(error);
    } catch (thrown) {
      this.#report(toAppError(thrown), this.peer);
    }
  }

  #closedError(cause?: unknown): AppError {
    return new AppError('peer-failed', `The channel to peer ${shortName(this.peer)} is closed`, {
      cause: cause ?? this.#outcome?.error,
    });
  }
}
