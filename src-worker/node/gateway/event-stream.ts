/**
 * Server-sent events to one client, written as fast as it reads and no faster.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http';
import { AppError } from '../../../src-shared/errors.ts';

export class EventStream {
  readonly #response: ServerResponse;
  readonly #stallMs: number;

  /** @param stallMs longest time, in milliseconds, in which a client may read nothing of what was sent */
  constructor(response: ServerResponse, stallMs: number) {
    this.#response = response;
    this.#stallMs = stallMs;
  }

  /** Sends the head; from here on errors can only be sent as events. */
  begin(headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
  }

  /**
   * Sends one event; resolves when the next one may be sent.
   * @throws AppError `cancelled` when the client has gone, `timed-out` when it does not read
   */
  async send(data: string): Promise<void> {
    if (this.#response.destroyed) {
      throw gone();
    }
    if (!this.#response.write(`data: ${data}\n\n`)) {
      await this.#drained();
    }
  }

  end(): void {
    this.#response.end();
  }

  #drained(): Promise<void> {
    const response = this.#response;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        response.destroy();
        reject(new AppError('timed-out', `The client read nothing for ${this.#stallMs} ms.`));
      }, this.#stallMs);
      const onDrain = (): void => {
        stop();
        resolve();
      };
      const onClose = (): void => {
        stop();
        reject(gone());
      };
      const stop = (): void => {
        clearTimeout(timer);
        response.off('drain', onDrain);
        response.off('close', onClose);
      };
      response.once('drain', onDrain);
      response.once('close', onClose);
    });
  }
}

function gone(): AppError {
  return new AppError('cancelled', 'The client has gone.');
}
