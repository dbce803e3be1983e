/** hyperdht's handshake, whose received payload is bounded before hyperdht acts on it. */
import { type DhtKeyPair, PunchHandshake, type PunchPayload } from './hyperdht.ts';
import { boundedPayload, type DhtReach } from './punch-rules.ts';

export class GuardedHandshake extends PunchHandshake {
  readonly #reach: DhtReach;

  constructor(own: DhtKeyPair, remote: Buffer | null, reach: DhtReach) {
    super(own, remote);
    this.#reach = reach;
  }

  override recv(message: Uint8Array): PunchPayload {
    return boundedPayload(super.recv(message), this.#reach);
  }
}
