/** The owner's pause while it lasts, stored for the next start. */
import type { PauseChoice } from '../../src-shared/duty.ts';
import { describeCauses } from '../../src-shared/errors.ts';
import type { Moment } from '../../src-shared/local-time.ts';
import type { Warning } from '../../src-shared/warning.ts';
import type { Log } from '../base/log.ts';
import { isPauseOver, type PauseRequest, restorePause, type StoredPause } from './pause-request.ts';

export type OwnersPauseOptions = {
  readonly pauses: { read(): StoredPause | null; write(pause: StoredPause | null): void };
  readonly log: Log;
  /** Tells the owner of a warning. */
  readonly warn: (warning: Warning) => void;
};

export class OwnersPause {
  readonly #options: OwnersPauseOptions;
  #request: PauseRequest | null = null;

  constructor(options: OwnersPauseOptions) {
    this.#options = options;
  }

  get request(): PauseRequest | null {
    return this.#request;
  }

  get choice(): PauseChoice | null {
    return this.#request?.choice ?? null;
  }

  /** Continues a pause of an earlier run, as long as it still lasts. */
  restore(now: Moment): void {
    const stored = this.#options.pauses.read();
    this.#request = stored === null ? null : restorePause(stored, now);
    if (this.#request === null && stored !== null) {
      this.set(null);
    }
  }

  endWhenOver(now: Moment): void {
    if (this.#request !== null && isPauseOver(this.#request, now)) {
      this.set(null);
    }
  }

  /** A pause holds even where it cannot be stored, as on a full disk. */
  set(request: PauseRequest | null): void {
    const { pauses, log, warn } = this.#options;
    this.#request = request;
    try {
      pauses.write(request);
    } catch (error) {
      log.write('error', 'store', 'A pause could not be written', { cause: describeCauses(error) });
      warn({ code: 'pause-not-stored' });
    }
  }
}
