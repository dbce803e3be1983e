/** The options of a mesh, and its interface for the rest of the node. */
import type { Entrance, Reach, UnreachablePeer } from '../../../src-shared/api/node-status.ts';
import type { Log } from '../base/log.ts';
import type { Identity } from '../identity/identity.ts';
import type { Trust } from '../trust/trust.ts';
import type { ChannelOpener } from './channels/channel.ts';
import type { ConnectionGate, MemberNetwork, MeshMembers } from './gate.ts';
import type { KnownPeer, SelfDescription } from './records/record.ts';
import type { RelayLimits } from './relay/relay-server.ts';
import type { DhtSettings } from './transport/udx/punching.ts';

export type MeshOptions<Members extends MeshMembers = MeshMembers> = {
  /** The existing folder in which the address book is stored. */
  readonly dataFolder: string;
  readonly identity: Identity;
  readonly gate: ConnectionGate;
  /** Makes the members; called once, with the functions of the mesh that they use. */
  readonly membersOf: (network: MemberNetwork) => Members;
  /** Multiaddrs to listen on; port 0 takes any free one. */
  readonly listen: readonly string[];
  /** Multiaddrs of peers to keep connected, each ending in /p2p/ and a peer id. */
  readonly staticPeers: readonly string[];
  /** The same for nodes that know many others; they are dialled first. */
  readonly bootstrap?: readonly string[];
  /** Whether to find peers on the local network. */
  readonly mdns: boolean;
  /** Whether to ask the router of this network to open a port; absent: no. */
  readonly upnp?: boolean;
  /** Takes part in a DHT, to be reached through routers by UDP; absent: it sends nothing there. */
  readonly dht?: DhtSettings | undefined;
  /** Limits within which this node relays for others; absent: it does not relay. */
  readonly relay?: RelayLimits;
  /** Most connections at once, in and out together; absent: 256. */
  readonly maxConnections?: number;
  /** Describes this node for each record that is sent: at each connection, each `publish`, and every 20 seconds. */
  readonly describe: () => SelfDescription;
  /** Takes evidence against peers and knows which are barred; absent: the mesh keeps its own, in memory. */
  readonly trust?: Trust;
  readonly log: Log;
};

/** The settings that can change while the mesh runs. */
export type MeshSettings = Pick<MeshOptions, 'staticPeers' | 'bootstrap' | 'mdns' | 'upnp' | 'dht'>;

export interface Mesh extends ChannelOpener {
  /** This node's multiaddrs, each ending in /p2p/ and its peer id. */
  addresses(): readonly string[];
  /** The addresses in this node's record, where peers look for it. */
  recordAddresses(): readonly string[];
  /** Addresses at which `peer` may be dialled because `requester` named it; none: only an existing connection may be used. */
  addressesFor(requester: string, peer: string): readonly string[];
  /** From where this node can certainly be reached. */
  reach(): Reach;
  /** What is known of how this network lets peers in. */
  entrance(): Entrance;
  /** How far this machine's clock is ahead of its peers' clocks, in milliseconds, negative if behind; 0 while it may be right. */
  clockAheadMs(): number;
  /** Addresses from settings at which no peer could be reached, with the reason. */
  unreachable(): readonly UnreachablePeer[];
  /**
   * Peers that are connected or have a valid record, without this node. A connected peer without a record (or with none for a
   * minute) is listed as `paused`, without offers.
   */
  knownPeers(): readonly KnownPeer[];
  /** One of `knownPeers`. */
  knownPeer(peer: string): KnownPeer | undefined;
  /**
   * Calls the listener after `knownPeers` changed, with the peer that changed, or without one when many may have. The
   * returned function ends that.
   */
  onChange(listener: (peer: string | undefined) => void): () => void;
  /** Finds out whether a peer that did not reply is gone, or this machine's network has lost its connections. */
  check(peer: string): void;
  /**
   * Sends the peers a new record soon, because `describe` returns something new: at once when the state changed, else at
   * most four times a second.
   */
  publish(): void;
  /**
   * Joins the mesh; resolves once this node listens. Peers are found in the background.
   * @throws AppError `setting-invalid`, `port-taken` or `data-folder-unusable`
   */
  start(): Promise<void>;
  /**
   * Applies other settings without closing a connection. Resolves when they hold.
   * @throws AppError `setting-invalid` naming an invalid address; nothing changes then
   */
  configure(settings: MeshSettings): Promise<void>;
  /** Tells the peers that this node leaves and closes everything, within two seconds. Safe to call twice. */
  stop(): Promise<void>;
}
