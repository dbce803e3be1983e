/** Implements the mesh for the rest of the node: known peers, channels to them, and this node's record. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, Libp2p } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Multiaddr } from '@multiformats/multiaddr';
import { AppError } from '../../../src-shared/errors.ts';
import type { Entrance, Reach, UnreachablePeer } from '../../../src-shared/api/node-status.ts';
import type { FrameLimits } from '../../wire/frame.ts';
import {
  advertisedAddresses,
  dialableAddresses,
  isLoopback,
  parseListenAddress,
  parseStaticPeer,
  withoutPeer,
  withPeer,
} from './addresses.ts';
import type { Channel, ProtocolHandler, ProtocolName, Unhandle } from './channels/channel.ts';
import { entranceOf } from './entrance.ts';
import { Discovery, type StaticPeer } from './discovery/discovery.ts';
import { NetworkWatch } from './discovery/network-watch.ts';
import { KnownPeers } from './records/known-peers.ts';
import { buildLibp2p, startLibp2p } from './transport/libp2p.ts';
import { Trust } from '../trust/trust.ts';
import { type LocalDiscovery, localDiscovery } from './transport/local-discovery.ts';
import { type RouterService, routerService } from './transport/router-service.ts';
import { TopicMeetings } from './discovery/topic-meetings.ts';
import { udxAddress } from './transport/udx/udx-address.ts';
import { Punching } from './transport/udx/punching.ts';
import { OwnAddresses } from './transport/own-addresses.ts';
import { PeerClocks } from './records/peer-clocks.ts';
import { OwnRecord } from './records/own-record.ts';
import { PeerChannels } from './channels/peer-channels.ts';
import { shortName } from '../identity/peer-name.ts';
import { RecordExchange } from './records/record-exchange.ts';
import { isTimely } from './records/record-gossip.ts';
import type { Hearsay } from './records/record-intake.ts';
import type { KnownPeer, PeerRecord } from './records/record.ts';
import { RelayClient } from './relay/relay-client.ts';
import type { Log } from '../base/log.ts';
import type { Mesh, MeshOptions, MeshSettings } from './mesh-interface.ts';
import { nearnessOf, addressesFor } from './addresses-for-requester.ts';
import type { MeshMembers } from './gate.ts';

export type { Mesh, MeshOptions } from './mesh-interface.ts';

/** How long stopping may take, in milliseconds; connections that are still open then end with the process. */
const stopDeadlineMs = 1400;

const dialDeadlineMs = 10_000;

/**
 * Makes a mesh that is not joined yet, so that no peer connects before the node is complete.
 * @throws AppError `setting-invalid` or `data-folder-unusable`
 */
export async function buildMesh<Members extends MeshMembers>(
  options: MeshOptions<Members>,
): Promise<Mesh & { readonly members: Members }> {
  const statics = staticsOf(options);
  const trust = options.trust ?? new Trust({ log: options.log });
  const relayClient = new RelayClient(options.log);
  const ownAddresses = new OwnAddresses((peer) => mesh.discovery.isStatic(peer));
  const local = localDiscovery((found) => mesh.discovery.discovered(found), options.mdns);
  const router = routerService(ownAddresses, options.upnp === true);
  const punching = new Punching(
    {
      privateKey: options.identity.privateKey,
      // Without an address to listen on, it is still reached through routers.
      isLoopback:
        options.listen.length > 0 &&
        options.listen.every((text) => isLoopback(parseListenAddress(text))),
      onChange: () => mesh.punchingChanged(),
      log: options.log,
    },
    options.dht,
  );
  const { identity, gate, relay, maxConnections } = options;
  const libp2p: Libp2p = await buildLibp2p({
    identity,
    gate,
    isBarred: (peer) => trust.isBarred(peer),
    listen: options.listen,
    ownAddresses,
    localDiscovery: local,
    router,
    punching,
    // A relay is public, so it needs no relay itself.
    ...(relay === undefined ? { relayClient } : { relay }),
    ...(maxConnections === undefined ? {} : { maxConnections }),
  });
  const mesh = new Libp2pMesh(libp2p, {
    ...options,
    statics,
    relayClient,
    local,
    router,
    punching,
    ownAddresses,
    trust,
  });
  return mesh;
}

/** Peers from settings, the bootstrap nodes first. @throws AppError `setting-invalid` naming the address */
function staticsOf({
  bootstrap = [],
  staticPeers,
}: Pick<MeshSettings, 'bootstrap' | 'staticPeers'>): StaticPeer[] {
  return [...bootstrap, ...staticPeers].map(parseStaticPeer);
}

type MadeMeshOptions<Members extends MeshMembers> = MeshOptions<Members> & {
  /** Peers from settings, in the order in which they are dialled. */
  readonly statics: readonly StaticPeer[];
  readonly trust: Trust;
  readonly relayClient: RelayClient;
  readonly ownAddresses: OwnAddresses;
  readonly local: LocalDiscovery;
  readonly router: RouterService;
  readonly punching: Punching;
};

class Libp2pMesh<Members extends MeshMembers> implements Mesh {
  readonly peer: string;
  readonly members: Members;
  readonly #libp2p: Libp2p;
  readonly #ownAddresses: OwnAddresses;
  readonly #log: Log;
  readonly #local: LocalDiscovery;
  readonly #router: RouterService;
  readonly #punching: Punching;
  readonly #channels: PeerChannels;
  readonly #peers: KnownPeers;
  readonly #exchange: RecordExchange;
  readonly #clocks = new PeerClocks(Date.now);
  readonly #network = new NetworkWatch({ onChange: (pausedMs) => this.#networkChanged(pausedMs) });
  readonly discovery: Discovery;
  readonly #meetings: TopicMeetings;
  readonly #listeners = new Set<(peer: string | undefined) => void>();
  readonly #listen: readonly Multiaddr[];
  #isRouterAsked: boolean;
  #stopped: Promise<void> | undefined;

  constructor(libp2p: Libp2p, options: MadeMeshOptions<Members>) {
    const { identity, gate } = options;
    this.peer = identity.peer;
    this.#libp2p = libp2p;
    this.#ownAddresses = options.ownAddresses;
    this.#log = options.log;
    this.#listen = options.listen.map(parseListenAddress);
    this.#isRouterAsked = options.upnp === true;
    this.#local = options.local;
    this.#router = options.router;
    this.#punching = options.punching;
    const { trust } = options;
    this.#channels = new PeerChannels(libp2p, options.log, (who, proof) =>
      trust.report({ who, what: 'violated', proof }),
    );
    trust.onBarred((peer) =>
      this.#cut(peer, new AppError('protocol-violation', 'A peer broke the rules too often')),
    );
    this.#peers = new KnownPeers({
      connectionsOf: (peer) => this.#connectionsOf(peer),
      latencyMs: (peer) => this.#exchange.latencyMs(peer),
      isSilent: (peer) => this.#exchange.isSilent(peer),
      isHeard: (peer) => this.members.isHeard(peer),
      mayServe: (peer) => this.members.mayServe(peer),
      onExpired: () => this.#changed(),
    });
    const addresses = (): string[] => this.recordAddresses();
    this.#exchange = new RecordExchange({
      opener: this.#channels,
      ownRecord: new OwnRecord(
        identity.privateKey,
        options.describe,
        addresses,
        Date.now,
        () => gate.isPoolOnly,
      ),
      onRecord: (peer, record, way) => this.#heard(peer, record, way),
      onDead: (peer) => this.#drop(peer),
      onSilence: (peer) => this.#changed(peer),
      shareAPool: (one, other) => this.members.shareAPool(one, other),
      log: options.log,
    });
    this.discovery = new Discovery({
      libp2p,
      statics: options.statics,
      relayClient: options.relayClient,
      dataFolder: options.dataFolder,
      ownPeer: identity.peer,
      connected: this.#peers.connected,
      dial: (peer, multiaddrs, signal) => this.#dial(peer, multiaddrs, signal),
      addressesOf: (peer) => this.#peers.addressesOf(peer),
      records: () => this.#peers.heard(),
      onUnreachable: () => this.#changed(),
      log: options.log,
    });
    this.#meetings = new TopicMeetings({
      place: () => options.punching.knownLink,
      connections: () => this.#peers.connected.size,
      isConnected: (key) => this.#isConnectedByKey(key),
      dial: async (key, signal) => {
        await libp2p.dial(udxAddress(Buffer.from(key, 'hex')), { signal });
      },
      log: options.log,
    });
    this.members = options.membersOf({
      opener: this.#channels,
      connected: () => this.#peers.connected,
      addresses: () => addresses().map(withoutPeer),
      connectAnew: (peer, texts) => this.#connectAnew(peer, texts),
      keep: (peer, texts) => this.discovery.keep(peer, texts),
      cut: (peer, reason) => this.#cut(peer, reason),
      onChange: () => this.#changed(),
    });
  }

  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    await this.discovery.prepare();
    this.#libp2p.addEventListener('peer:connect', ({ detail }) => {
      const peer = detail.toString();
      this.#peers.connected.add(peer);
      this.discovery.connected(peer);
      this.#exchange.connected(peer);
      this.members.connected(peer);
      this.#changed(peer);
    });
    this.#libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      const peer = detail.toString();
      this.#peers.connected.delete(peer);
      this.discovery.disconnected(peer);
      this.#exchange.disconnected(peer);
      this.#clocks.disconnected(peer);
      this.members.disconnected(peer);
      this.#changed(peer);
    });
    this.#libp2p.addEventListener('connection:open', ({ detail }) => void this.#opened(detail));
    await this.#exchange.start();
    await this.members.start();
    // A relay or the router gave this node an address, or took one away.
    this.#libp2p.addEventListener('self:peer:update', () => this.publish());
    this.#ownAddresses.whenMapped(() => this.publish());
    await startLibp2p(this.#libp2p);
    this.#punching.start();
    this.discovery.start();
    this.#meetings.start();
    this.#network.start();
    this.#log('info', 'The mesh is up', { peer: this.peer, addresses: this.addresses() });
  }

  addresses(): readonly string[] {
    return this.#ownAddresses.advertised().map(String);
  }

  recordAddresses(): string[] {
    return advertisedAddresses(this.#ownAddresses.advertised(), this.#punching.address());
  }

  reach(): Reach {
    return this.#ownAddresses.reach();
  }

  entrance(): Entrance {
    return entranceOf({
      listen: this.#listen,
      own: this.#ownAddresses.advertised(),
      isAsked: this.#isRouterAsked,
      isOpened: this.#ownAddresses.isMapped,
    });
  }

  clockAheadMs(): number {
    return this.#clocks.aheadMs;
  }

  unreachable(): readonly UnreachablePeer[] {
    return this.discovery.unreachable();
  }

  knownPeers(): readonly KnownPeer[] {
    return this.#peers.all();
  }

  knownPeer(peer: string): KnownPeer | undefined {
    return this.#peers.get(peer);
  }

  async openChannel(
    peer: string,
    protocol: ProtocolName,
    limits: FrameLimits,
    signal: AbortSignal,
    addresses?: readonly string[],
  ): Promise<Channel> {
    this.#network.look();
    const told = this.#peers.addressesOf(peer);
    const known = told.length > 0 ? told : undefined;
    try {
      return await this.#channels.openChannel(peer, protocol, limits, signal, addresses ?? known);
    } catch (error) {
      // A failed dial of given addresses says little, since a stranger may have chosen them.
      const wasSought = addresses === undefined && !signal.aborted;
      if (wasSought && this.#peers.connected.has(peer)) {
        this.check(peer);
      } else if (wasSought) {
        // The peer left without its last record: it must not be used by other answers.
        this.#peers.doubt(peer);
        this.#changed(peer);
      }
      throw error;
    }
  }

  addressesFor(requester: string, peer: string): readonly string[] {
    const told = this.#peers.addressesOf(peer);
    if (requester === this.peer) {
      return told;
    }
    const connections = this.#connectionsOf(requester).map(({ remoteAddr }) => remoteAddr);
    const nearness = nearnessOf(connections, this.members.shareAPool(this.peer, requester));
    return addressesFor(nearness, peer, told);
  }

  handle(protocol: ProtocolName, handler: ProtocolHandler): Promise<Unhandle> {
    return this.#channels.handle(protocol, handler);
  }

  onChange(listener: (peer: string | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async configure(settings: MeshSettings): Promise<void> {
    this.discovery.setStatics(staticsOf(settings));
    await Promise.all([
      this.#local.switch(settings.mdns),
      this.#router.switch(settings.upnp === true),
    ]);
    await this.#punching.switch(settings.dht);
    this.#isRouterAsked = settings.upnp === true;
    if (!this.#isRouterAsked) {
      this.#ownAddresses.forgetMapped();
    }
  }

  check(peer: string): void {
    this.#exchange.check(peer);
  }

  publish(): void {
    this.#exchange.publish();
  }

  /** This node's place in the DHT has come or gone. */
  punchingChanged(): void {
    this.publish();
    this.#meetings.refresh();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#listeners.clear();
    this.#peers.stop();
    this.#network.stop();
    const discoveryStopped = this.discovery.stop();
    this.#meetings.stop();
    this.members.stop();
    await this.#exchange.leave();
    await Promise.race([
      this.#punching.stop(),
      delay(stopDeadlineMs / 2, undefined, { ref: false }),
    ]);
    await Promise.race([this.#libp2p.stop(), delay(stopDeadlineMs, undefined, { ref: false })]);
    await Promise.all([this.members.close(), discoveryStopped]);
  }

  #heard(peer: string, record: PeerRecord, { from, isForwarded, bytes }: Hearsay): void {
    if (!isForwarded && this.#peers.connected.has(peer)) {
      this.#clocks.heard(peer, record.sequence);
    }
    // A connected peer sends its own records; only its last one, `leaving`, may come sooner from another peer.
    const isSelfSpoken = this.#peers.connected.has(peer) && record.state !== 'leaving';
    if (isForwarded && (isSelfSpoken || !isTimely(record.sequence, Date.now()))) {
      return;
    }
    // On a pool-only node strangers do not count, even if a member forwards their records.
    if (
      peer !== this.peer &&
      this.members.isHeard(peer) &&
      this.#peers.accept(peer, record, isForwarded)
    ) {
      this.#exchange.spread(peer, record, from, bytes);
      this.discovery.heard(peer, record.addresses, isForwarded);
      this.#changed(peer);
    }
  }

  #networkChanged(pausedMs: number): void {
    this.#log('info', 'The network of this machine has changed, or it slept');
    this.#exchange.networkChanged(pausedMs);
    this.discovery.networkChanged();
    this.#meetings.networkChanged();
  }

  /**
   * A peer that connects again may be on another network than before: then its former connections are dead, and records sent
   * over them would be lost until this node notices.
   */
  async #opened(connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString();
    const former = this.#connectionsOf(peer).filter((each) => each !== connection);
    if (former.length > 0 && !(await this.#exchange.probe(peer))) {
      const reason = new AppError('peer-failed', `Peer ${shortName(peer)} has connected anew`);
      former.forEach((each) => each.abort(reason));
      this.#exchange.reconnected(peer);
    }
  }

  async #dial(peer: string, multiaddrs: readonly Multiaddr[], signal: AbortSignal): Promise<void> {
    await this.#libp2p.dial(
      multiaddrs.map((address) => withPeer(address, peer)),
      { signal: AbortSignal.any([signal, AbortSignal.timeout(dialDeadlineMs)]) },
    );
  }

  /** Closes the connections of a peer that replies to no ping any more; TCP would take a quarter of an hour to give up. */
  #drop(peer: string): void {
    this.#log('info', `Peer ${shortName(peer)} has stopped replying`, { peer });
    this.#cut(peer, new AppError('peer-failed', `Peer ${shortName(peer)} does not reply`));
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

  /** Whether a connected peer's record tells this key in the DHT. */
  #isConnectedByKey(key: string): boolean {
    const address = udxAddress(Buffer.from(key, 'hex')).toString();
    return [...this.#peers.connected].some((peer) =>
      this.#peers.addressesOf(peer).some((told) => withoutPeer(told) === address),
    );
  }

  #connectionsOf(peer: string): Connection[] {
    return this.#libp2p.getConnections(peerIdFromString(peer));
  }

  #changed(peer?: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(peer);
      } catch (error) {
        this.#log('error', 'A listener for changes of the mesh failed', { error });
      }
    }
  }
}
