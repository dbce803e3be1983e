/** What a mesh is told when it is made, and what it is to the rest of the node. */
import type { Reach, UnreachablePeer } from '../../../src-shared/api/node-status.ts';
import type { Log } from '../base/log.ts';
import type { Identity } from '../identity/identity.ts';
import type { Trust } from '../trust/trust.ts';
import type { ChannelOpener } from './channels/channel.ts';
import type { ConnectionGate, LentNetwork, MeshMembers } from './gate.ts';
import type { KnownPeer, SelfDescription } from './records/record.ts';
import type { RelayLimits } from './relay/relay-server.ts';

export type MeshOptions<Members extends MeshMembers = MeshMembers> = {
  /** What is known of peers and networks is stored in it; the folder exists. */
  readonly dataFolder: string;
  readonly identity: Identity;
  readonly gate: ConnectionGate;
  /** Called once, with the network that they work on. */
  readonly membersOf: (network: LentNetwork) => Members;
  /** Multiaddrs to listen on; port 0 takes any free one. */
  readonly listen: readonly string[];
  /** Multiaddrs, ending in /p2p/ and a peer id, of peers to keep a connection to. */
  readonly staticPeers: readonly string[];
  /** The same, of nodes that know many others; they are tried first. */
  readonly bootstrap?: readonly string[];
  /** Find peers on the local network. */
  readonly mdns: boolean;
  /** Ask the router of this network to let peers in; absent: no. */
  readonly upnp?: boolean;
  /** Relay for others within these limits; absent: no. */
  readonly relay?: RelayLimits;
  /** Connections at once, in and out together; absent: 256. */
  readonly maxConnections?: number;
  /** Asked for every record that is sent: at each connection, each `publish`, and every 20 seconds. */
  readonly describe: () => SelfDescription;
  /** Is told of peers that break rules, and knows which are barred; absent: what it knows ends with the mesh. */
  readonly trust?: Trust;
  readonly log: Log;
};

/** What a mesh takes over while it is joined. */
export type MeshSettings = Pick<MeshOptions, 'staticPeers' | 'bootstrap' | 'mdns' | 'upnp'>;

export interface Mesh extends ChannelOpener {
  /** Own multiaddrs, each ending in /p2p/ and the own peer id. */
  addresses(): readonly string[];
  /** Where the peer may be dialled because `asker` says so; none: only a connection that is there may be used. */
  waysFor(asker: string, peer: string): readonly string[];
  /** From where others surely get to this node. */
  reach(): Reach;
  /** How far this machine's clock is ahead of those of its peers, in milliseconds, negative if behind; 0 while it may be right. */
  clockAheadMs(): number;
  /** Addresses from settings at which no peer could be reached, with the reason. */
  unreachable(): readonly UnreachablePeer[];
  /**
   * Peers that are connected or have a valid record, this node not among them. A connected peer that has
   * said nothing yet (or not for a minute) is listed as `paused`, offering nothing.
   */
  knownPeers(): readonly KnownPeer[];
  /** One of `knownPeers`. */
  knownPeer(peer: string): KnownPeer | undefined;
  /**
   * Calls the listener after `knownPeers` changed, with the peer it is about, or without one when many may have;
   * returns how to end that.
   */
  onChange(listener: (peer: string | undefined) => void): () => void;
  /**
   * Tells the peers soon that `describe` has something new to say: at once when the state changed, else
   * at most four times a second.
   */
  publish(): void;
  /**
   * Joins the mesh; resolves once it listens. Peers are sought in the background.
   * @throws AppError `setting-invalid`, `port-taken` or `data-folder-unusable`
   */
  start(): Promise<void>;
  /**
   * Goes by other settings from now on; no connection ends for it. Resolves when that is so.
   * @throws AppError `setting-invalid` naming an address that is none; nothing changes then
   */
  configure(settings: MeshSettings): Promise<void>;
  /** Tells the peers that this node leaves and closes everything, within two seconds. Safe to call twice. */
  stop(): Promise<void>;
}
