/**
 * What the mesh asks of those who decide which peers may connect and which of them count. The mesh itself knows no pools,
 * so that they can stand above it; pools/pool-mesh.ts puts the two together.
 */
import type { ConnectionEncrypter, ConnectionGater } from '@libp2p/interface';
import type { AppError } from '../../../src-shared/errors.ts';
import type { ChannelOpener } from './channels/channel.ts';

/** Lets connections in, or refuses them before anything can be said on them. */
export interface ConnectionGate {
  /** Whether only members of this node's pools are let in. */
  readonly isPoolOnly: boolean;
  /** Incoming connections that may wait for their authorisation at once. */
  readonly maxHalfOpen: number;
  readonly connectionGater: ConnectionGater;
  /** The encrypter, with connections that are authorised before they are given out. */
  guard<Components>(
    makeEncrypter: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter;
}

/** Knows which peers count on this node, and is told which come and go. */
export interface MeshMembers {
  /** Called before the first peer can connect. */
  start(): Promise<void>;
  /** Says no more; called before the connections end, and `close` afterwards. */
  stop(): void;
  /** Resolves when everything heard is on disk. */
  close(): Promise<void>;
  connected(peer: string): void;
  disconnected(peer: string): void;
  /** Whether what a peer says, or what others say of it, counts on this node. */
  isHeard(peer: string): boolean;
  /** Whether layers that a peer offers may be used at all. */
  mayServe(peer: string): boolean;
  /** Whether both are members of one pool of this node. */
  shareAPool(one: string, other: string): boolean;
}

/** The network as the mesh lends it to its members. */
export type LentNetwork = {
  readonly opener: ChannelOpener;
  /** Peers with a connection now. */
  readonly connected: () => Iterable<string>;
  /** Own addresses for invites, without the peer id. */
  readonly addresses: () => readonly string[];
  /** Opens a new connection, though there may be one. */
  readonly connectAnew: (peer: string, addresses: readonly string[]) => Promise<unknown>;
  /** Keeps a connection to a peer from now on. */
  readonly keep: (peer: string, addresses: readonly string[]) => void;
  /** Ends all connections to a peer. */
  readonly cut: (peer: string, reason: AppError) => void;
  /** Membership has changed, and with it which peers count. */
  readonly onChange: () => void;
};
