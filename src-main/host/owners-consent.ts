/** Whether the owner has agreed to compute for others. This is stored for all starts. */
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import { waitsForConsent } from '../../src-shared/waits-for-consent.ts';
import type { Acknowledgement, AcknowledgementStore } from '../store/acknowledgements.ts';

const consent: Acknowledgement = 'consent 3';

export class OwnersConsent {
  readonly #store: Pick<AcknowledgementStore, 'has' | 'hasAnyConsent' | 'add'>;
  #isGiven: boolean;

  /** @param isNeeded false where starting the host is the consent */
  constructor(
    store: Pick<AcknowledgementStore, 'has' | 'hasAnyConsent' | 'add'>,
    isNeeded: boolean,
  ) {
    this.#store = store;
    this.#isGiven = !isNeeded || store.has(consent);
  }

  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Whether the owner has agreed to this first screen or to an earlier one. */
  get wasGivenBefore(): boolean {
    return this.#store.hasAnyConsent();
  }

  get state(): HostSnapshot['consent'] {
    return this.#isGiven ? 'given' : 'needed';
  }

  /** @throws AppError `not-running` before the owner has agreed */
  demand(): void {
    if (!this.#isGiven) {
      throw waitsForConsent();
    }
  }

  /**
   * Stores the consent. @returns whether it is new
   * @throws AppError when it cannot be written: the next start would ask again, so the owner is told
   */
  give(): boolean {
    if (this.#isGiven) {
      return false;
    }
    this.#store.add(consent);
    this.#isGiven = true;
    return true;
  }
}
