/** What a mesh is told when it is made. */
import type { Log } from '../log.ts';
import type { SelfDescription } from './records/record.ts';
import type { RelayLimits } from './relay/relay-server.ts';

export type MeshOptions = {
  /** The identity's key lives in it; the folder exists. */
  readonly dataFolder: string;
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
  /** Talk to members of this node's pools alone; absent: to everybody. */
  readonly poolOnly?: boolean;
  /** Asked for every record that is sent: at each connection, each `publish`, and every 20 seconds. */
  readonly describe: () => SelfDescription;
  /** A peer broke the rules of a protocol. */
  readonly onViolation?: (peer: string) => void;
  readonly log: Log;
};
