/** This node's own record: described by the sessions part, completed, numbered and signed here. */
import type { PrivateKey } from '@libp2p/interface';
import type { SelfDescription } from './record.ts';
import { sealRecord } from './signed-record.ts';

export type SealedRecord = { readonly sequence: number; readonly bytes: Uint8Array };

export class OwnRecord {
  readonly #privateKey: PrivateKey;
  readonly #describe: () => SelfDescription;
  readonly #addresses: () => string[];
  readonly #now: () => number;
  #sequence = 0;
  #state: SelfDescription['state'] | undefined;

  constructor(
    privateKey: PrivateKey,
    describe: () => SelfDescription,
    addresses: () => string[],
    now: () => number,
  ) {
    this.#privateKey = privateKey;
    this.#describe = describe;
    this.#addresses = addresses;
    this.#now = now;
  }

  /** Whether the state is another one than peers were last told. */
  get hasNewState(): boolean {
    return this.#describe().state !== this.#state;
  }

  /** A new signed record, of what is so now. */
  async seal(): Promise<SealedRecord> {
    return this.#seal(this.#describe());
  }

  /** The last record of this node's life. */
  async sealLeaving(): Promise<SealedRecord> {
    return this.#seal({ state: 'leaving', models: [], shards: [] });
  }

  async #seal(description: SelfDescription): Promise<SealedRecord> {
    // The clock numbers records, so that a node that starts anew is believed over its former life.
    this.#sequence = Math.max(this.#sequence + 1, this.#now());
    this.#state = description.state;
    const sequence = this.#sequence;
    const record = { ...description, sequence, addresses: this.#addresses() };
    return { sequence, bytes: await sealRecord(record, this.#privateKey) };
  }
}
