/** Counts connections by the address that they come from and limits them, so that one address cannot take all. */
import type { MultiaddrConnection } from '@libp2p/interface';
import { AppError } from '../../../../src-shared/errors.ts';
import { householdOf } from '../household.ts';

export class HostCounts {
  readonly #maxPerHost: number;
  readonly #maxTotal: number;
  /** Connections by host, the oldest first. */
  readonly #connections = new Map<string, Set<MultiaddrConnection>>();
  #total = 0;

  /** `maxTotal`: of all hosts together; beyond it, the host with the most loses one to a host with fewer. */
  constructor(maxPerHost: number, maxTotal = Number.POSITIVE_INFINITY) {
    this.#maxPerHost = maxPerHost;
    this.#maxTotal = maxTotal;
  }

  /** Counts a connection until it is `done` or closed; false when there are too many from its host. */
  begin(connection: MultiaddrConnection): boolean {
    const host = hostOf(connection);
    const count = this.#connections.get(host)?.size ?? 0;
    if (count >= this.#maxPerHost || (this.#total >= this.#maxTotal && !this.#makeRoom(count))) {
      return false;
    }
    const ofHost = this.#connections.get(host) ?? new Set();
    this.#connections.set(host, ofHost.add(connection));
    this.#total += 1;
    connection.addEventListener('close', () => this.done(connection), { once: true });
    if (connection.status !== 'open') {
      this.done(connection);
    }
    return true;
  }

  /** Stops counting the connection. */
  done(connection: MultiaddrConnection): void {
    const host = hostOf(connection);
    const ofHost = this.#connections.get(host);
    if (ofHost?.delete(connection) === true) {
      this.#total -= 1;
      if (ofHost.size === 0) {
        this.#connections.delete(host);
      }
    }
  }

  /** Makes room for a host that has `count` connections; returns whether there is room then. */
  #makeRoom(count: number): boolean {
    let most: ReadonlySet<MultiaddrConnection> = new Set();
    for (const ofHost of this.#connections.values()) {
      most = ofHost.size > most.size ? ofHost : most;
    }
    const [oldest] = most;
    if (oldest === undefined || most.size <= count + 1) {
      return false;
    }
    this.done(oldest);
    oldest.abort(new AppError('over-capacity', 'Too many connections from one address'));
    return true;
  }
}

/** The household of a connection: one IPv6 network has so many addresses that single ones cannot be counted. */
export function hostOf(connection: MultiaddrConnection): string {
  const host = connection.remoteAddr
    .getComponents()
    .find(({ name }) => name === 'ip4' || name === 'ip6');
  return householdOf(host?.value ?? '');
}
