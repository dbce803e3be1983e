/** This node's own record: the other features describe the node; this completes, numbers and signs the record. */
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import { ownSpeaks } from '../../../wire/speaks.ts';
import type { SelfDescription } from './record.ts';
import { sealRecord } from './signed-record.ts';

/** How long a record that is still true is sent again instead of a new one, in milliseconds. */
const reusedForMs = 10_000;

export type SealedRecord = { readonly sequence: number; readonly bytes: Uint8Array };

export class OwnRecord {
  readonly #privateKey: SigningKey;
  readonly #describe: () => SelfDescription;
  readonly #addresses: () => string[];
  readonly #isPoolOnly: () => boolean;
  readonly #now: () => number;
  #sequence = 0;
  #state: SelfDescription['state'] | undefined;
  #last:
    | { readonly content: string; readonly at: number; readonly sealed: SealedRecord }
    | undefined;

  constructor(
    privateKey: SigningKey,
    describe: () => SelfDescription,
    addresses: () => string[],
    now: () => number,
    isPoolOnly: () => boolean = () => false,
  ) {
    this.#privateKey = privateKey;
    this.#describe = describe;
    this.#addresses = addresses;
    this.#now = now;
    this.#isPoolOnly = isPoolOnly;
  }

  /** Whether the state differs from that in the last record. */
  get hasNewState(): boolean {
    try {
      return this.#describe().state !== this.#state;
    } catch {
      // A description that fails does so again in `seal`, which reports it.
      return false;
    }
  }

  /** A new signed record of the node's state now. */
  async seal(): Promise<SealedRecord> {
    return this.#seal(this.#describe());
  }

  /** A record of the node's state now; the former one if that is still true, since each new one goes through the whole mesh. */
  async current(): Promise<SealedRecord> {
    const description = this.#describe();
    const last = this.#last;
    return last !== undefined &&
      performance.now() - last.at < reusedForMs &&
      last.content === this.#content(description)
      ? last.sealed
      : this.#seal(description);
  }

  /** The last record, which says that this node leaves. */
  async sealLeaving(): Promise<SealedRecord> {
    return this.#seal({ state: 'leaving', models: [], shards: [] });
  }

  async #seal(description: SelfDescription): Promise<SealedRecord> {
    // The wall clock numbers records, so that after a restart the records are newer than those before it.
    this.#sequence = Math.max(this.#sequence + 1, this.#now());
    this.#state = description.state;
    const sequence = this.#sequence;
    const audience = this.#isPoolOnly() ? { poolOnly: true } : {};
    const content = this.#content(description);
    const record = {
      ...description,
      sequence,
      speaks: ownSpeaks,
      addresses: this.#addresses(),
      ...audience,
    };
    const sealed = { sequence, bytes: await sealRecord(record, this.#privateKey) };
    this.#last = { content, at: performance.now(), sealed };
    return sealed;
  }

  #content(description: SelfDescription): string {
    return JSON.stringify([description, this.#addresses(), this.#isPoolOnly()]);
  }
}
