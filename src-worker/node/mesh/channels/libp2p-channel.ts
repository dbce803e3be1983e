/**
 * A channel over one libp2p stream. The reading works around two faults of the stream (@libp2p/utils 7.4, yamux 8.0): a
 * paused stream that buffers more than its limit aborts, so windows stay below that limit (see libp2p.ts); and a `pause`
 * from within `resume` is undone, so pausing waits until `resume` has returned.
 */
import type { Stream, StreamCloseEvent } from '@libp2p/interface';
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import { FrameReader, type FrameLimits } from '../../../wire/frame.ts';
import type { Channel } from './channel.ts';
import {
  FrameChannel,
  type ChannelReport,
  type FramePipe,
  type PipeEvents,
} from './frame-channel.ts';
import { shortName } from '../../identity/peer-name.ts';
import { StreamWriter } from './stream-writer.ts';

/** How many bytes are read ahead while a listener is busy, so that short waits do not cost a window update. */
const readAheadBytes = 64 * 1024;

/** How long a slow reader may delay the end of this side, in milliseconds. */
const endDeadlineMs = 10_000;

export function channelOverStream(
  stream: Stream,
  peer: string,
  limits: FrameLimits,
  report: ChannelReport,
): Channel {
  return new FrameChannel(peer, report, (events) => new StreamPipe(stream, peer, limits, events));
}

class StreamPipe implements FramePipe {
  readonly #stream: Stream;
  readonly #peer: string;
  readonly #events: PipeEvents;
  readonly #reader: FrameReader;
  readonly #writer: StreamWriter;
  #isPaused = true;
  #resuming = false;
  #ownEnded = false;
  #otherEnded = false;
  /** The listener was told of the other side's end; this side may still write, or be reset. */
  #isRead = false;
  #isBroken = false;

  constructor(stream: Stream, peer: string, limits: FrameLimits, events: PipeEvents) {
    this.#stream = stream;
    this.#peer = peer;
    this.#events = events;
    this.#reader = new FrameReader(limits, (frame) => events.frame(frame));
    this.#reader.hold();
    this.#writer = new StreamWriter(stream);
    stream.addEventListener('message', ({ data }) => {
      this.#read(data instanceof Uint8Array ? [data] : data);
    });
    stream.addEventListener('remoteCloseWrite', () => {
      this.#otherEnded = true;
      // Bytes that came with the end are dispatched after this event.
      queueMicrotask(() => this.#endWhenRead());
    });
    stream.addEventListener('close', (event) => this.#closed(event));
    this.#otherEnded = stream.remoteWriteStatus === 'closed';
    queueMicrotask(() => {
      if (stream.status === 'open') {
        this.#endWhenRead();
      } else {
        this.#break(this.#failure('was closed before it was used'));
      }
    });
  }

  async write(kind: number, parts: readonly Uint8Array[]): Promise<void> {
    await this.#writer.write(kind, parts);
  }

  async end(): Promise<void> {
    this.#ownEnded = true;
    const deadline = AbortSignal.timeout(endDeadlineMs);
    const onDeadline = (): void => this.reset(this.#failure('was not read to its end'));
    deadline.addEventListener('abort', onDeadline, { once: true });
    try {
      await this.#writer.flushed();
      await this.#stream.close({ signal: deadline });
      deadline.throwIfAborted();
    } finally {
      deadline.removeEventListener('abort', onDeadline);
    }
  }

  reset(error: AppError): void {
    this.#isBroken = true;
    this.#writer.fail(this.#failure('is closed', error));
    this.#stream.abort(error);
  }

  hold(): void {
    this.#isPaused = true;
    this.#reader.hold();
  }

  release(): void {
    this.#isPaused = false;
    try {
      this.#reader.release();
      this.#pace();
      this.#endWhenRead();
    } catch (error) {
      this.#break(toAppError(error));
    }
  }

  allow(limits: FrameLimits): void {
    this.#reader.allow(limits);
  }

  ignore(): void {
    this.#reader.drop();
    this.release();
  }

  /** Must not throw: an exception from an event listener would end the process. */
  #read(chunks: Iterable<Uint8Array>): void {
    try {
      if (!this.#isRead && !this.#isBroken) {
        for (const chunk of chunks) {
          this.#reader.push(chunk);
        }
        this.#pace();
        this.#endWhenRead();
      }
    } catch (error) {
      this.#break(toAppError(error));
    }
  }

  /** Pauses the stream while too much waits for a busy listener, and resumes it once all is read. */
  #pace(): void {
    if (this.#resuming || this.#isBroken) {
      return;
    }
    const { readStatus } = this.#stream;
    if (readStatus === 'readable' && this.#isPaused && this.#reader.waitingBytes > readAheadBytes) {
      this.#stream.pause();
    }
    while (this.#stream.readStatus === 'paused' && this.#reader.waitingBytes === 0) {
      this.#resume();
      if (this.#isPaused && this.#reader.waitingBytes > readAheadBytes) {
        this.#stream.pause();
      }
    }
  }

  #resume(): void {
    this.#resuming = true;
    try {
      this.#stream.resume();
    } catch (error) {
      // Without its connection, a resumed stream would deliver its buffer and then throw on the window update.
      if (this.#stream.status === 'open') {
        throw error;
      }
    } finally {
      this.#resuming = false;
    }
  }

  #endWhenRead(): void {
    const isWaiting = this.#stream.readBufferLength > 0 || this.#reader.waitingBytes > 0;
    if (!this.#otherEnded || isWaiting || this.#isRead || this.#isBroken) {
      return;
    }
    if (this.#reader.isIdle) {
      this.#isRead = true;
      this.#events.ended();
    } else {
      this.#break(
        new AppError(
          'protocol-violation',
          `Peer ${shortName(this.#peer)} ended a channel in the middle of a frame`,
        ),
      );
    }
  }

  #closed({ error }: StreamCloseEvent): void {
    this.#writer.fail(this.#failure('is closed', error));
    if (error !== undefined) {
      this.#break(this.#failure('was reset', error));
    } else if (!this.#otherEnded && this.#ownEnded) {
      this.#isRead = true;
      this.#events.ended();
    } else if (!this.#otherEnded) {
      // A lost connection closes its streams without an error and without the other side's end.
      this.#break(this.#failure('was lost with its connection'));
    }
  }

  #break(error: AppError): void {
    if (!this.#isBroken) {
      this.#isBroken = true;
      this.#events.broken(error);
    }
  }

  #failure(what: string, cause?: unknown): AppError {
    return new AppError('peer-failed', `The channel to peer ${shortName(this.#peer)} ${what}`, {
      cause,
    });
  }
}
