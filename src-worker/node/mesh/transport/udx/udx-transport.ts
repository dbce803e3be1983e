/**
 * The libp2p transport for punched UDP paths. libp2p upgrades its connections as those of TCP: the limits of incoming connections, the
 * encryption that proves the peer, the gate of the pools, and the multiplexer. It dials and listens while it has a link to a DHT.
 */
import {
  type Connection,
  type CreateListenerOptions,
  type DialTransportOptions,
  type Listener,
  type ListenerEvents,
  type Logger,
  type ComponentLogger,
  type Transport,
  type Upgrader,
  TypedEventEmitter,
  transportSymbol,
} from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { AppError } from '../../../../../src-shared/errors.ts';
import type { DhtLink } from './dht-link.ts';
import type { FramedStream } from './framed-stream.ts';
import { punchedAddress, udxKeyOf } from './udx-address.ts';
import { UdxConnection } from './udx-connection.ts';

export class UdxTransport implements Transport {
  readonly [transportSymbol] = true;
  readonly [Symbol.toStringTag] = 'mindmesh/udx';
  readonly #link: () => DhtLink | undefined;
  readonly #log: Logger;
  #listener: UdxListener | undefined;

  /** `link`: the link to a DHT while there is one. */
  constructor(link: () => DhtLink | undefined, logger: ComponentLogger) {
    this.#link = link;
    this.#log = logger.forComponent('mindmesh:udx');
  }

  /** @throws AppError `peer-failed`, or what the upgrade throws, such as for another peer than the address names */
  async dial(address: Multiaddr, options: DialTransportOptions): Promise<Connection> {
    const key = udxKeyOf(address);
    const link = this.#link();
    if (key === undefined || link === undefined) {
      throw new AppError('peer-failed', 'this computer opens no paths through routers now');
    }
    options.signal.throwIfAborted();
    const stream = await link.dial(key, options.signal);
    const connection = connectionOver(stream, 'outbound', this.#log, address);
    try {
      return await options.upgrader.upgradeOutbound(connection, options);
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  createListener({ upgrader }: CreateListenerOptions): Listener {
    this.#listener = new UdxListener(this.#link, upgrader, this.#log);
    return this.#listener;
  }

  async stopListening(): Promise<void> {
    await this.#listener?.close();
    this.#listener = undefined;
  }

  listenFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter((address) => udxKeyOf(address) !== undefined);
  }

  dialFilter(addresses: Multiaddr[]): Multiaddr[] {
    return this.#link() === undefined ? [] : this.listenFilter(addresses);
  }
}

class UdxListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #link: () => DhtLink | undefined;
  readonly #upgrader: Upgrader;
  readonly #log: Logger;
  readonly #closing = new AbortController();

  constructor(link: () => DhtLink | undefined, upgrader: Upgrader, log: Logger) {
    super();
    this.#link = link;
    this.#upgrader = upgrader;
    this.#log = log;
  }

  async listen(): Promise<void> {
    await this.#link()?.listen((stream) => void this.#accept(stream));
    this.safeDispatchEvent('listening');
  }

  /** None: this node's record tells the address. libp2p would tell it to peers that cannot read it. */
  getAddrs(): Multiaddr[] {
    return [];
  }

  updateAnnounceAddrs(): void {}

  async close(): Promise<void> {
    this.#closing.abort();
    this.safeDispatchEvent('close');
  }

  async #accept(stream: FramedStream): Promise<void> {
    const connection = connectionOver(stream, 'inbound', this.#log);
    try {
      await this.#upgrader.upgradeInbound(connection, { signal: this.#closing.signal });
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function connectionOver(
  stream: FramedStream,
  direction: 'inbound' | 'outbound',
  log: Logger,
  dialled?: Multiaddr,
): UdxConnection {
  const { remoteHost, remotePort } = stream.rawStream ?? {};
  const path = punchedAddress(
    remoteHost ?? '0.0.0.0',
    remotePort ?? 0,
    stream.remotePublicKey ?? Buffer.alloc(32),
  );
  const peer = dialled?.getComponents().find(({ name }) => name === 'p2p')?.value;
  return new UdxConnection({
    stream,
    direction,
    remoteAddr: peer === undefined ? path : path.encapsulate(`/p2p/${peer}`),
    log: log.newScope('connection'),
  });
}
