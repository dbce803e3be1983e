/**
 * Server-sent events to one client, sent no faster than it reads.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { AppError } from '../../../src-shared/errors.ts';

/** In milliseconds. */
export type EventStreamTimes = {
  /** Longest time in which a client may read nothing. */
  readonly stallMs: number;
  /** Longest time without data: after it a comment is sent, which clients skip. */
  readonly quietMs: number;
};

export class EventStream {
  readonly #response: ServerResponse;
  readonly #times: EventStreamTimes;
  #quietTimer: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, times: EventStreamTimes) {
    this.#response = response;
    this.#times = times;
  }

  /** Sends the response's head; from now on errors can only be sent as events. */
  begin(headers: Readonly<Record<string, OutgoingHttpHeader | undefined>>): void {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) {
        this.#response.setHeader(name, value);
      }
    }
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
    this.#quietTimer = setTimeout(() => {
      this.#breakSilence();
    }, this.#times.quietMs);
    this.#response.once('close', () => {
      clearTimeout(this.#quietTimer);
    });
  }

  /**
   * Sends one event; resolves when the next one may be sent.
   * @throws AppError `cancelled` when the client has gone, `timed-out` when it does not read
   */
  async send(data: string): Promise<void> {
    if (this.#response.destroyed) {
      throw gone();
    }
    this.#quietTimer?.refresh();
    if (!this.#response.write(`data: ${data}\n\n`)) {
      await this.#drained();
    }
  }

  end(): void {
    clearTimeout(this.#quietTimer);
    this.#response.end();
  }

  #breakSilence(): void {
    // No comment is needed while the client still has data to read.
    if (!this.#response.writableNeedDrain) {
      this.#response.write(': working\n\n');
    }
    this.#quietTimer?.refresh();
  }

  #drained(): Promise<void> {
    const response = this.#response;
    const { stallMs } = this.#times;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        response.destroy();
        reject(new AppError('timed-out', `The client read nothing for ${stallMs} ms.`));
      }, stallMs);
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
