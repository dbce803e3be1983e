/** This node's part in a DHT while that is switched on: it can be punched through to, dials keys, and meets others under a topic. */
import { once } from 'node:events';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../../../src-shared/errors.ts';
import type { Log } from '../../../base/log.ts';
import { isPublicIp } from '../../networks.ts';
import { FramedStream } from './framed-stream.ts';
import { GuardedDht } from './guarded-dht.ts';
import { GuardedHandshake } from './guarded-handshake.ts';
import { HalfPunched } from './half-punched.ts';
import type { DhtKeyPair, DhtServer, PunchMaking } from './hyperdht.ts';
import { type DhtReach, mayPunch } from './punch-rules.ts';

/** Any free port; hyperdht would take one that tells what this is. */
const anyPort = [0, 0] as const;

/** How long stopping waits for the DHT's nodes, in milliseconds. */
const farewellMs = 500;

export type DhtLinkOptions = {
  readonly keyPair: DhtKeyPair;
  /** `host:port` of the DHT's nodes to begin with; none: those of the public DHT. */
  readonly nodes: readonly string[];
  /** Whether this node is for this machine alone. */
  readonly isLoopback: boolean;
  readonly log: Log;
};

export class DhtLink {
  readonly #options: DhtLinkOptions;
  readonly #reach: DhtReach;
  readonly #dht: GuardedDht;
  readonly #half = new HalfPunched();
  #server: DhtServer | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: DhtLinkOptions) {
    const { keyPair, nodes, isLoopback } = options;
    this.#options = options;
    const hosts = nodes.map((node) => node.slice(0, node.lastIndexOf(':')));
    this.#reach = nodes.length > 0 && !hosts.some(isPublicHost) ? 'private' : 'public';
    this.#dht = new GuardedDht('user', {
      keyPair,
      port: anyPort,
      host: isLoopback ? '127.0.0.1' : '0.0.0.0',
      ...(nodes.length === 0 ? {} : { bootstrap: nodes }),
    });
  }

  get key(): Buffer {
    return this.#options.keyPair.publicKey;
  }

  /** Lets others punch through to this node; resolves once the DHT knows it. Not being known is no error. */
  async listen(onStream: (stream: FramedStream) => void): Promise<void> {
    this.#server = this.#dht.createServer(
      {
        ...this.#making,
        // Whoever knows the key could ask for this machine's addresses at home.
        shareLocalAddress: this.#reach === 'private',
        firewall: (_key, _payload, { host }) => !this.#half.begin(host),
      },
      onStream,
    );
    await this.#server.listen(this.#options.keyPair);
  }

  /**
   * Opens a path to the owner of a key.
   * @throws AppError `peer-failed`
   */
  async dial(key: Uint8Array, signal: AbortSignal): Promise<FramedStream> {
    const stream = this.#dht.connect(key, {
      ...this.#making,
      localConnection: this.#reach === 'private',
    });
    // hyperdht may fail after the attempt was given up.
    stream.on('error', () => {});
    try {
      if (stream.rawStream === null) {
        await once(stream, 'open', { signal });
      }
      return stream;
    } catch (error) {
      stream.destroy();
      throw new AppError('peer-failed', 'no way through the routers was found', { cause: error });
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    try {
      // The DHT's nodes forget this node at once, not only after twenty minutes.
      const farewell = this.#server?.close().catch(() => {});
      await Promise.race([farewell, delay(farewellMs, undefined, { ref: false })]);
      await this.#dht.destroy({ force: true });
    } catch (error) {
      this.#options.log('debug', 'The DHT did not stop in order', { error });
    }
  }

  get #making(): PunchMaking<GuardedHandshake, FramedStream> {
    return {
      createHandshake: (own, remote) => new GuardedHandshake(own, remote, this.#reach),
      createSecretStream: (_isInitiator, raw, options) => started(raw, options),
      holepunch: (_remote, _own, addresses) => mayPunch(addresses, this.#reach),
    };
  }
}

/** A name may be anything, so it counts as public. */
function isPublicHost(host: string): boolean {
  return isIP(host) === 0 || isPublicIp(host);
}

function started(raw: Parameters<FramedStream['start']>[0] | null, options: object): FramedStream {
  const stream = new FramedStream();
  if (raw !== null) {
    stream.start(raw, options as Parameters<FramedStream['start']>[1]);
  }
  return stream;
}
