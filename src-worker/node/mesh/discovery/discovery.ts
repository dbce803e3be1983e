/**
 * Finds peers from all sources and stays connected to them: peers from settings, of the last run, on the local network, in
 * forwarded records, and of the Kademlia network.
 */
import type { Libp2p, PeerData, PeerInfo } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { UnreachablePeer } from '../../../../src-shared/api/node-status.ts';
import type { Log } from '../../base/log.ts';
import { AddressBook } from './address-book.ts';
import { dialableAddresses } from '../addresses.ts';
import { DirectConnections } from './direct-connections.ts';
import { Neighbours } from './neighbours.ts';
import { type Dialler, PeerKeeper } from './peer-keeper.ts';
import type { HeardRecord } from '../records/record-book.ts';
import type { RelayClient } from '../relay/relay-client.ts';

export type StaticPeer = { readonly peer: string; readonly address: Multiaddr };

export type DiscoveryOptions = {
  readonly libp2p: Libp2p;
  /** Peers from settings at the start. */
  readonly statics: readonly StaticPeer[];
  readonly relayClient: RelayClient;
  readonly dataFolder: string;
  readonly ownPeer: string;
  /** Peers with a connection now; the set changes while the node runs. */
  readonly connected: ReadonlySet<string>;
  readonly dial: Dialler['dial'];
  /** The addresses in a peer's record; empty without one. */
  readonly addressesOf: (peer: string) => readonly string[];
  /** Records that are believed now. */
  readonly records: () => readonly HeardRecord[];
  /** Called when `unreachable` has changed. */
  readonly onUnreachable: () => void;
  readonly log: Log;
};

/** Static peers are the last to be disconnected when there are too many connections. */
const staticTags = { 'mindmesh-static': { value: 100 } };
const noTags = { 'mindmesh-static': undefined };

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #keeper: PeerKeeper;
  #statics: readonly StaticPeer[];
  /** Peers of pools that are to stay connected, with their addresses. */
  readonly #contacts = new Map<string, readonly StaticPeer[]>();
  readonly #neighbours: Neighbours;
  readonly #directConnections: DirectConnections;
  readonly #stopping = new AbortController();
  #book: AddressBook | undefined;
  #isStarted = false;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#statics = options.statics;
    const { libp2p, ownPeer, connected, dial, records, log } = options;
    this.#keeper = new PeerKeeper(
      {
        ownPeer,
        isConnected: (peer) => connected.has(peer),
        dial,
        onUnreachable: options.onUnreachable,
      },
      log,
    );
    this.#directConnections = new DirectConnections({
      connectionsOf: (peer) => libp2p.getConnections(peerIdFromString(peer)),
      dial: (peer, addresses) => dial(peer, addresses, this.#stopping.signal),
      log,
      now: () => performance.now(),
    });
    this.#neighbours = new Neighbours({
      libp2p,
      connected,
      records,
      onFound: (peer, addresses, isAlive) =>
        this.#keeper.discovered(peer, dialableAddresses(peer, addresses), isAlive),
      log,
    });
  }

  /** Must be called before libp2p starts, so that no peer is missed. */
  async prepare(): Promise<void> {
    const { dataFolder, libp2p, relayClient, log } = this.#options;
    this.#book = await AddressBook.open(dataFolder, log);
    relayClient.start(libp2p);
  }

  /** Begins to connect: first to the peers from settings in their order, then to those of the last run. Does not wait. */
  start(): void {
    this.#isStarted = true;
    this.#keepAll();
    const remembered = (this.#book?.all() ?? []).map(({ peer, addresses }) => ({
      peer,
      addresses: dialableAddresses(peer, addresses),
    }));
    this.#keeper.remembered(remembered.filter(({ addresses }) => addresses.length > 0));
    this.#neighbours.start();
  }

  /** Whether the peer is one from settings. */
  isStatic(peer: string): boolean {
    return this.#statics.some((entry) => entry.peer === peer);
  }

  /** Replaces the peers from settings. An existing connection to a former one is not closed. */
  setStatics(statics: readonly StaticPeer[]): void {
    const former = new Set(this.#statics.map(({ peer }) => peer));
    this.#statics = statics;
    this.#keepAll();
    for (const peer of this.#options.connected) {
      if (former.has(peer) !== this.isStatic(peer)) {
        void this.#learn(peer, { tags: this.isStatic(peer) ? staticTags : noTags });
      }
    }
  }

  connected(peer: string): void {
    this.#keeper.connected(peer);
    this.#book?.seen(peer, this.#options.addressesOf(peer));
    if (this.isStatic(peer)) {
      void this.#learn(peer, { tags: staticTags });
    }
  }

  disconnected(peer: string): void {
    this.#keeper.disconnected(peer);
    this.#directConnections.disconnected(peer);
    this.#neighbours.changed();
  }

  /** Takes a peer that was seen on the local network. */
  discovered({ id, multiaddrs }: PeerInfo): void {
    const peer = id.toString();
    this.#keeper.discovered(peer, dialableAddresses(peer, multiaddrs.map(String)));
  }

  /** Called when this machine's network has changed. */
  networkChanged(): void {
    this.#keeper.networkChanged();
    this.#neighbours.networkChanged();
  }

  /** See PeerKeeper.unreachable. */
  unreachable(): readonly UnreachablePeer[] {
    return this.#keeper.unreachable();
  }

  /** Keeps a connection to the peer from now on. */
  keep(peer: string, addresses: readonly string[]): void {
    const contact = dialableAddresses(peer, addresses).map((address) => ({ peer, address }));
    this.#contacts.set(peer, contact);
    if (this.#isStarted) {
      this.#keepAll();
    }
  }

  /** Takes the addresses of a believed record, from the peer itself or forwarded by another. */
  heard(peer: string, addresses: readonly string[], isForwarded: boolean): void {
    if (!isForwarded) {
      this.#book?.seen(peer, addresses);
      const multiaddrs = dialableAddresses(peer, addresses);
      this.#keeper.told(peer, multiaddrs);
      void this.#learn(peer, { multiaddrs });
      this.#directConnections.heard(peer, multiaddrs);
    } else if (this.#keeper.isSeeking(peer)) {
      // The peer may have other addresses by now, or be reachable over a relay.
      this.#keeper.discovered(peer, dialableAddresses(peer, addresses));
    }
    this.#neighbours.changed();
  }

  /** Stops looking for peers. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#keeper.stop();
    this.#neighbours.stop();
    this.#options.relayClient.stop();
    await this.#book?.close();
  }

  #keepAll(): void {
    this.#keeper.keep([...this.#statics, ...[...this.#contacts.values()].flat()]);
  }

  /** Gives libp2p the data of a connected peer. */
  async #learn(peer: string, news: PeerData): Promise<void> {
    const { libp2p, log } = this.#options;
    try {
      await libp2p.peerStore.merge(peerIdFromString(peer), news);
    } catch (error) {
      log('debug', 'The data of a peer could not be stored', { peer, error });
    }
  }
}
