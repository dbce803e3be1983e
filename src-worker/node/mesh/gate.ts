/**
 * The interfaces through which the mesh learns which peers may connect and which of them count. The mesh itself knows no
 * pools, so that the pools folder can stand above it; pools/pool-mesh.ts connects the two.
 */
import type { ConnectionEncrypter, ConnectionGater } from '@libp2p/interface';
import type { AppError } from '../../../src-shared/errors.ts';
import type { ChannelOpener } from './channels/channel.ts';

/** Admits connections, or refuses them before any protocol runs on them. */
export interface ConnectionGate {
  /** Whether only members of this node's pools may connect. */
  readonly isPoolOnly: boolean;
  /** Most incoming connections that may wait for their authorisation at once. */
  readonly maxHalfOpen: number;
  readonly connectionGater: ConnectionGater;
  /** The encrypter, whose connections are authorised before they are handed out. */
  guard<Components>(
    makeEncrypter: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter;
}

/** Knows which peers count on this node, and gets events of their connections. */
export interface MeshMembers {
  /** Called before the first peer can connect. */
  start(): Promise<void>;
  /** Sends no more; called before the connections end, and `close` after that. */
  stop(): void;
  /** Resolves when all received statements are on disk. */
  close(): Promise<void>;
  connected(peer: string): void;
  disconnected(peer: string): void;
  /** Whether a peer's record, sent by itself or forwarded, counts on this node. */
  isHeard(peer: string): boolean;
  /** Whether layers that a peer offers may be used. */
  mayServe(peer: string): boolean;
  /** Whether both are members of one pool of this node. */
  shareAPool(one: string, other: string): boolean;
}

/** The functions of the mesh that the pools use. */
export type MemberNetwork = {
  readonly opener: ChannelOpener;
  /** Peers with a connection now. */
  readonly connected: () => Iterable<string>;
  /** This node's addresses for invites, without the peer id. */
  readonly addresses: () => readonly string[];
  /** Opens a new connection, even if there is one already. */
  readonly connectAnew: (peer: string, addresses: readonly string[]) => Promise<unknown>;
  /** Keeps a connection to a peer from now on. */
  readonly keep: (peer: string, addresses: readonly string[]) => void;
  /** Ends all connections to a peer. */
  readonly cut: (peer: string, reason: AppError) => void;
  /** Called when membership has changed, and with it which peers count. */
  readonly onChange: () => void;
};
