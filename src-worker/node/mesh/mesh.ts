/** The mesh as the rest of the node sees it: who is there, how to reach them, and what we tell them. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, Libp2p, PeerInfo } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Multiaddr } from '@multiformats/multiaddr';
import { AppError } from '../../../src-shared/errors.ts';
import type { FrameLimits } from '../../wire/frame.ts';
import {
  advertisedAddresses,
  dialableAddresses,
  parseStaticPeer,
  withoutPeer,
  withPeer,
} from './addresses.ts';
import type { Channel, ChannelOpener, ProtocolHandler, ProtocolName } from './channel.ts';
import { type Identity, loadIdentity } from './identity.ts';
import { buildLibp2p, startLibp2p } from './libp2p.ts';
import { OwnRecord } from './own-record.ts';
import { PeerChannels } from './peer-channels.ts';
import { PeerKeeper } from './peer-keeper.ts';
import { shortName } from './peer-name.ts';
import { RecordBook } from './record-book.ts';
import { RecordExchange } from './record-exchange.ts';
import type { KnownPeer, PeerRecord, SelfDescription } from './record.ts';
import type { Log } from '../log.ts';
import { PoolGate } from '../pools/pool-gate.ts';
import { PoolService } from '../pools/pool-service.ts';
import { Pools } from '../pools/pools.ts';

export type MeshOptions = {
  /** The identity's key lives in it; the folder exists. */
  readonly dataFolder: string;
  /** Multiaddrs to listen on; port 0 takes any free one. */
  readonly listen: readonly string[];
  /** Multiaddrs, ending in /p2p/ and a peer id, of peers to keep a connection to. */
  readonly staticPeers: readonly string[];
  /** Find peers on the local network. */
  readonly mdns: boolean;
  /** Talk to members of this node's pools alone; absent: to everybody. */
  readonly poolOnly?: boolean;
  /** Asked for every record that is sent: at each connection, each `publish`, and every 20 seconds. */
  readonly describe: () => SelfDescription;
  readonly log: Log;
};

export interface Mesh extends ChannelOpener {
  /** The pools of this node: made, joined, left, and who is in them. */
  readonly pools: PoolService;
  /** Own multiaddrs, each ending in /p2p/ and the own peer id. */
  addresses(): readonly string[];
  /**
   * Peers that are connected or have a valid record, this node not among them. A connected peer that has
   * said nothing yet (or not for a minute) is listed as `paused`, offering nothing.
   */
  knownPeers(): readonly KnownPeer[];
  /** Calls the listener after `knownPeers` changed; returns how to end that. */
  onChange(listener: () => void): () => void;
  /**
   * Tells the peers soon that `describe` has something new to say: at once when the state changed, else
   * at most four times a second.
   */
  publish(): void;
  /** Tells the peers that this node leaves and closes everything, within two seconds. Safe to call twice. */
  stop(): Promise<void>;
}

/** A connection that takes longer than this to stop is left to the end of the process, in milliseconds. */
const stopDeadlineMs = 1400;

const dialDeadlineMs = 10_000;

/** Static peers are the last to go when there are too many connections. */
const staticTags = { 'mindmesh-static': { value: 100 } };

/**
 * Joins the mesh; resolves once it listens. Peers are sought in the background.
 * @throws AppError `setting-invalid`, `port-taken` or `data-folder-unusable`
 */
export async function createMesh(options: MeshOptions): Promise<Mesh> {
  const staticPeers = options.staticPeers.map(parseStaticPeer);
  const identity = await loadIdentity(options.dataFolder, options.log);
  const poolOnly = options.poolOnly ?? false;
  const pools = await Pools.open({
    folder: join(options.dataFolder, 'pools'),
    identity,
    log: options.log,
  });
  const gate = new PoolGate({ identity, pools, poolOnly });
  const libp2p: Libp2p = await buildLibp2p({
    identity,
    gate,
    listen: options.listen,
    onDiscovered: options.mdns ? (found) => mesh.discovered(found) : undefined,
  });
  const mesh = new Libp2pMesh(libp2p, identity, { ...options, poolOnly, membership: pools, gate });
  await mesh.start(staticPeers);
  return mesh;
}

type Parts = Required<MeshOptions> & { readonly membership: Pools; readonly gate: PoolGate };

class Libp2pMesh implements Mesh {
  readonly peer: string;
  readonly pools: PoolService;
  readonly #libp2p: Libp2p;
  readonly #log: Log;
  readonly #channels: PeerChannels;
  /** On a clock that never goes back: set back a day, the other one would keep peers that are gone for a day. */
  readonly #book = new RecordBook(() => performance.now());
  readonly #exchange: RecordExchange;
  readonly #keeper: PeerKeeper;
  readonly #connected = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #expiry: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  constructor(libp2p: Libp2p, identity: Identity, options: Parts) {
    this.peer = identity.peer;
    this.#libp2p = libp2p;
    this.#log = options.log;
    this.#channels = new PeerChannels(libp2p, options.log);
    const addresses = (): string[] => advertisedAddresses(libp2p.getMultiaddrs());
    this.#exchange = new RecordExchange({
      opener: this.#channels,
      ownRecord: new OwnRecord(identity.privateKey, options.describe, addresses, Date.now),
      onRecord: (peer, record, isForwarded) => this.#heard(peer, record, isForwarded),
      onDead: (peer) => this.#drop(peer),
      log: options.log,
    });
    this.#keeper = new PeerKeeper(
      {
        ownPeer: identity.peer,
        isConnected: (peer) => this.#connected.has(peer),
        dial: (peer, multiaddrs, signal) => this.#dial(peer, multiaddrs, signal),
      },
      options.log,
    );
    this.pools = new PoolService({
      pools: options.membership,
      gate: options.gate,
      poolOnly: options.poolOnly,
      log: options.log,
      network: {
        opener: this.#channels,
        connected: () => this.#connected,
        addresses: () => addresses().map(withoutPeer),
        connectAnew: (peer, texts) => this.#connectAnew(peer, texts),
        keep: (peer, texts) => this.#keep(peer, texts),
        cut: (peer, reason) => this.#cut(peer, reason),
        onChange: () => this.#changed(),
      },
    });
  }

  async start(staticPeers: readonly { peer: string; address: Multiaddr }[]): Promise<void> {
    this.#libp2p.addEventListener('peer:connect', ({ detail }) => {
      const peer = detail.toString();
      this.#connected.add(peer);
      this.#keeper.connected(peer);
      this.#exchange.connected(peer);
      this.pools.connected(peer);
      this.#changed();
    });
    this.#libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      const peer = detail.toString();
      this.#connected.delete(peer);
      this.#keeper.disconnected(peer);
      this.#exchange.disconnected(peer);
      this.pools.disconnected(peer);
      this.#changed();
    });
    await this.#exchange.start();
    await this.pools.start();
    await startLibp2p(this.#libp2p);
    for (const { peer, address } of staticPeers) {
      const known = { multiaddrs: [address], tags: staticTags };
      await this.#libp2p.peerStore.merge(peerIdFromString(peer), known);
    }
    this.#keeper.keep(staticPeers);
    this.#log('info', 'The mesh is up', { peer: this.peer, addresses: this.addresses() });
  }

  discovered({ id, multiaddrs }: PeerInfo): void {
    const peer = id.toString();
    this.#keeper.discovered(peer, dialableAddresses(peer, multiaddrs.map(String)));
  }

  addresses(): readonly string[] {
    return this.#libp2p.getMultiaddrs().map(String);
  }

  knownPeers(): readonly KnownPeer[] {
    const silent = new Set(this.#connected);
    const heard = this.#book.all().filter(({ peer }) => this.pools.isHeard(peer));
    const known = heard.map((each): KnownPeer => {
      silent.delete(each.peer);
      return {
        ...each,
        record: this.pools.mayServe(each.peer) ? each.record : withoutOffers(each.record),
        connected: this.#connected.has(each.peer),
        latencyMs: this.#exchange.latencyMs(each.peer),
      };
    });
    return [...known, ...[...silent].map((peer) => this.#silentPeer(peer))];
  }

  openChannel(
    peer: string,
    protocol: ProtocolName,
    limits: FrameLimits,
    signal: AbortSignal,
    addresses?: readonly string[],
  ): Promise<Channel> {
    return this.#channels.openChannel(peer, protocol, limits, signal, addresses);
  }

  handle(protocol: ProtocolName, handler: ProtocolHandler): Promise<void> {
    return this.#channels.handle(protocol, handler);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(): void {
    this.#exchange.publish();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#listeners.clear();
    clearTimeout(this.#expiry);
    this.#keeper.stop();
    this.pools.stop();
    await this.#exchange.leave();
    await Promise.race([this.#libp2p.stop(), delay(stopDeadlineMs, undefined, { ref: false })]);
    await this.pools.close();
  }

  #heard(peer: string, record: PeerRecord, isForwarded: boolean): void {
    // In a node for its pools alone, strangers do not count, though a member may speak of them.
    if (
      peer !== this.peer &&
      this.pools.isHeard(peer) &&
      this.#book.accept(peer, record, isForwarded)
    ) {
      void this.#learnAddresses(peer, record.addresses);
      this.#armExpiry();
      this.#changed();
    }
  }

  async #learnAddresses(peer: string, addresses: readonly string[]): Promise<void> {
    try {
      const multiaddrs = dialableAddresses(peer, addresses);
      await this.#libp2p.peerStore.merge(peerIdFromString(peer), { multiaddrs });
    } catch (error) {
      this.#log('debug', 'The addresses of a record could not be kept', { peer, error });
    }
  }

  #armExpiry(): void {
    clearTimeout(this.#expiry);
    const at = this.#book.nextExpiry();
    if (at !== undefined && this.#stopped === undefined) {
      this.#expiry = setTimeout(
        () => this.#expire(),
        Math.max(0, at - performance.now()) + 1,
      ).unref();
    }
  }

  #expire(): void {
    if (this.#book.expire()) {
      this.#changed();
    }
    this.#armExpiry();
  }

  #silentPeer(peer: string): KnownPeer {
    const addresses = this.#connectionsOf(peer).map(({ remoteAddr }) => remoteAddr.toString());
    return {
      peer,
      record: { sequence: 0, state: 'paused', addresses, models: [], shards: [] },
      receivedAt: 0,
      connected: true,
      latencyMs: this.#exchange.latencyMs(peer),
    };
  }

  async #dial(peer: string, multiaddrs: readonly Multiaddr[], signal: AbortSignal): Promise<void> {
    await this.#libp2p.dial(
      multiaddrs.map((address) => withPeer(address, peer)),
      { signal: AbortSignal.any([signal, AbortSignal.timeout(dialDeadlineMs)]) },
    );
  }

  /** A peer that answers no ping any more; TCP would go on hoping for a quarter of an hour. */
  #drop(peer: string): void {
    this.#log('info', `Peer ${shortName(peer)} does not answer any more`, { peer });
    this.#cut(peer, new AppError('peer-failed', `Peer ${shortName(peer)} does not answer`));
  }

  #cut(peer: string, reason: AppError): void {
    this.#connectionsOf(peer).forEach((connection) => connection.abort(reason));
  }

  async #connectAnew(peer: string, addresses: readonly string[]): Promise<void> {
    await this.#libp2p.dial(
      dialableAddresses(peer, addresses).map((address) => withPeer(address, peer)),
      { force: true, signal: AbortSignal.timeout(dialDeadlineMs) },
    );
  }

  #keep(peer: string, addresses: readonly string[]): void {
    this.#keeper.keep(dialableAddresses(peer, addresses).map((address) => ({ peer, address })));
  }

  #connectionsOf(peer: string): Connection[] {
    return this.#libp2p.getConnections(peerIdFromString(peer));
  }

  #changed(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#log('error', 'A listener to changes of the mesh failed', { error });
      }
    }
  }
}

/** The record of a peer that may ask but not serve. */
function withoutOffers(record: PeerRecord): PeerRecord {
  return { ...record, models: [], shards: [], planned: [] };
}
