/**
 * Sends and reads messages on a connection that is encrypted but has no streams yet: u32 length, then JSON. Bytes after
 * the last message belong to the multiplexer and are returned to the connection.
 */
import type { MessageStream } from '@libp2p/interface';
import type { z } from 'zod';
import { AppError } from '../../../../src-shared/errors.ts';

/** Most unread bytes of the other side: its last message and the first streams. */
const maxWaitingBytes = 512 * 1024;

const headerBytes = 4;

export class HandshakeLine {
  readonly #stream: MessageStream;
  readonly #signal: AbortSignal;
  #waiting = Buffer.alloc(0);
  #failure: AppError | undefined;
  #wake = (): void => {};

  /** @param signal ends every wait */
  constructor(stream: MessageStream, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
    stream.addEventListener('message', this.#onMessage);
    stream.addEventListener('close', this.#onClose);
    stream.addEventListener('remoteCloseWrite', this.#onClose);
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) {
      this.#onAbort();
    }
  }

  send(message: object): void {
    const body = Buffer.from(JSON.stringify(message));
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32BE(body.byteLength);
    // The returned value, whether the connection is full, does not matter, because messages are small and few.
    this.#stream.send(Buffer.concat([header, body]));
  }

  /** Reads the next message. @throws AppError `protocol-violation`, `peer-failed` at the connection's end, `timed-out` */
  async read<T>(schema: z.ZodType<T>, maxBytes: number): Promise<T> {
    const length = (await this.#take(headerBytes)).readUInt32BE();
    if (length > maxBytes) {
      throw new AppError(
        'protocol-violation',
        'A peer sent too long a message to introduce itself',
      );
    }
    const body = await this.#take(length);
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new AppError('protocol-violation', 'A peer does not introduce itself properly', {
        cause: error,
      });
    }
  }

  /** Resolves when the other side ends the connection, and at the latest after `withinMs`. */
  async ended(withinMs: number): Promise<void> {
    const deadline = setTimeout(() => this.#fail('timed-out', 'The time is over'), withinMs);
    try {
      for (;;) {
        this.#waiting = Buffer.alloc(0);
        await this.#more();
      }
    } catch {
      // The connection has ended, or the time is over.
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Stops reading, and returns bytes after the last message to the connection. */
  release(): void {
    this.#stream.removeEventListener('message', this.#onMessage);
    this.#stream.removeEventListener('close', this.#onClose);
    this.#stream.removeEventListener('remoteCloseWrite', this.#onClose);
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (this.#waiting.byteLength > 0 && this.#failure === undefined) {
      this.#stream.unshift(this.#waiting);
    }
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#waiting.byteLength < count) {
      await this.#more();
    }
    const taken = this.#waiting.subarray(0, count);
    this.#waiting = this.#waiting.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  /** Records a violation instead of throwing, because an error thrown in a listener would end the process. */
  readonly #onMessage = ({ data }: { data: Uint8Array | { subarray: () => Uint8Array } }): void => {
    const bytes = data.subarray();
    if (this.#waiting.byteLength + bytes.byteLength > maxWaitingBytes) {
      this.#fail('protocol-violation', 'A peer sends too much before it has introduced itself');
      return;
    }
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#wake();
  };

  readonly #onClose = (): void => {
    this.#fail('peer-failed', 'The peer ended the connection before it had introduced itself');
  };

  readonly #onAbort = (): void => {
    this.#fail('timed-out', 'The peer did not introduce itself in time');
  };

  #fail(code: 'protocol-violation' | 'peer-failed' | 'timed-out', sentence: string): void {
    this.#failure ??= new AppError(code, sentence);
    this.#wake();
  }
}
