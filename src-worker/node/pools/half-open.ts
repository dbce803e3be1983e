/** Incoming connections that are not authorised yet: few from one address, so that one address cannot take all. */
import type { MultiaddrConnection } from '@libp2p/interface';

/** libp2p counts the total; a house or a lab is one address, and its nodes come at once after a power cut. */
const maxPerHost = 24;

export class HalfOpen {
  readonly #counts = new Map<string, number>();
  readonly #hosts = new Map<MultiaddrConnection, string>();

  /** Counts a connection until it is `done` or closed; false when there are too many from this host. */
  begin(host: string, connection: MultiaddrConnection): boolean {
    const count = this.#counts.get(host) ?? 0;
    if (count >= maxPerHost) {
      return false;
    }
    this.#counts.set(host, count + 1);
    this.#hosts.set(connection, host);
    connection.addEventListener('close', () => this.done(connection), { once: true });
    if (connection.status !== 'open') {
      this.done(connection);
    }
    return true;
  }

  /** The connection is authorised or gone. */
  done(connection: MultiaddrConnection): void {
    const host = this.#hosts.get(connection);
    if (host !== undefined) {
      this.#hosts.delete(connection);
      const left = (this.#counts.get(host) ?? 1) - 1;
      if (left === 0) {
        this.#counts.delete(host);
      } else {
        this.#counts.set(host, left);
      }
    }
  }
}
