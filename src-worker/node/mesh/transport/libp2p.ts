/** Configures libp2p for this app: transports, encryption, multiplexing and every limit, in one place. */
import { autoNATv2 } from '@libp2p/autonat-v2';
import { identify } from '@libp2p/identify';
import type { Libp2p } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { peerIdFromString } from '@libp2p/peer-id';
import { ping } from '@libp2p/ping';
import { tls } from '@libp2p/tls';
import { createLibp2p } from 'libp2p';
import { AppError } from '../../../../src-shared/errors.ts';
import { dialOrder } from './address-order.ts';
import { isLoopback, parseListenAddress } from '../addresses.ts';
import { boundedDatastore } from './bounded-datastore.ts';
import { boundedYamux } from './bounded-muxer.ts';
import type { ConnectionGate } from '../gate.ts';
import { dateBack } from './dated-certificates.ts';
import { ConnectionLimiter } from './connection-limiter.ts';
import type { Identity } from '../../identity/identity.ts';
import { impatientTcp } from './impatient-tcp.ts';
import { joinWrites } from './joined-writes.ts';
import { kademlia } from './kademlia.ts';
import { keyCachingCrypto } from './noise-crypto.ts';
import type { LocalDiscovery } from './local-discovery.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { RelayClient } from '../relay/relay-client.ts';
import { boundedRelay, type RelayLimits } from '../relay/relay-server.ts';
import type { RouterService } from './router-service.ts';
import { boundedStreams } from './bounded-streams.ts';
import type { Punching } from './udx/punching.ts';

/** Most connections, in and out together; beyond it the least useful are closed. */
const maxConnections = 256;

/**
 * Most new connections a second from one IP address. All nodes of a household or a lab share one address, as do twelve nodes
 * of a test; libp2p's default of 5 would refuse most of them, with a misleading encryption error.
 */
const inboundConnectionThreshold = 64;

/** Most streams of one connection in each direction. A session takes at most four between two peers. */
const maxStreams = 256;

/** Most streams that a peer may open before this side has finished the handshake: the peer may have sessions waiting. */
const maxEarlyStreams = 64;

/**
 * The largest window of a stream. It must stay below what a paused stream may buffer (4 MiB), since a paused stream that gets
 * more is aborted.
 */
const maxStreamWindowSize = 2 * 1024 * 1024;

/**
 * How long one address may take of the ten seconds that a dial has, in milliseconds. A busy machine needs seconds for the
 * handshake, so this cannot be much shorter.
 */
const addressDialTimeout = 5000;

/**
 * How long a peer that connects may take for encryption and authorisation, in milliseconds; the dialling side gives up at the
 * same time.
 */
const inboundUpgradeTimeout = addressDialTimeout;

/**
 * Most dials at once, and most that may wait. Dials for connections to keep (peer-keeper.ts) take at most half of the first,
 * so that an answer's dials never wait behind those to dead peers.
 */
const maxParallelDials = 384;
const maxDialQueueLength = 1024;

export type Libp2pOptions = {
  readonly identity: Identity;
  readonly listen: readonly string[];
  /** Learns at which addresses this node can be reached; absent: they are not tracked. */
  readonly ownAddresses?: OwnAddresses;
  readonly gate: ConnectionGate;
  /** Whether a peer is refused, whatever the gate says; absent: none is. */
  readonly isBarred?: (peer: string) => boolean;
  /** Finds peers on the local network, and asks the router for a port; absent: neither. */
  readonly localDiscovery?: LocalDiscovery;
  readonly router?: RouterService;
  /** Makes this node reachable over relays; absent: it is not. */
  readonly relayClient?: RelayClient;
  /** Opens paths through routers by UDP; absent: none. */
  readonly punching?: Punching;
  /** Makes this a public node, which relays for others within these limits and serves look-ups from the start. */
  readonly relay?: RelayLimits;
  /** Most connections, in and out together; absent: as many as one user's machine needs. */
  readonly maxConnections?: number;
};

/**
 * Makes a libp2p node that is not started yet, so that protocols can be registered before the first peer connects.
 * @throws AppError `setting-invalid` naming an invalid listen address.
 */
export async function buildLibp2p(options: Libp2pOptions): Promise<Libp2p> {
  const { identity, gate, relay, relayClient, localDiscovery, router } = options;
  const listen = options.listen.map((text) => parseListenAddress(text));
  // A node that listens on loopback alone cannot be reached from a network.
  const isWide = !listen.every(isLoopback);
  const most = options.maxConnections ?? maxConnections;
  const ownCid = peerIdFromString(identity.peer).toCID().toString();
  const limiter = new ConnectionLimiter(most, options.isBarred);
  const libp2p = await createLibp2p({
    start: false,
    datastore: boundedDatastore((key) => key.endsWith(`/${ownCid}`)),
    privateKey: identity.privateKey,
    nodeInfo: { name: 'mindmesh', userAgent: 'mindmesh' },
    addresses: { listen: listen.map(String) },
    transports: [
      impatientTcp(),
      ...(options.punching === undefined ? [] : [options.punching.transport]),
      ...(relayClient === undefined ? [] : [relayClient.transport]),
    ],
    // TLS comes first, since Node.js encrypts its records in C++; noise is for peers without TLS.
    connectionEncrypters: [
      gate.guard(joinWrites(dateBack(tls()))),
      gate.guard(noise({ crypto: keyCachingCrypto })),
    ],
    connectionGater: limiter.before(gate.connectionGater),
    streamMuxers: [
      boundedYamux(
        {
          maxInboundStreams: maxStreams,
          maxOutboundStreams: maxStreams,
          maxEarlyStreams,
          streamOptions: { maxStreamWindowSize },
        },
        maxStreamWindowSize,
      ),
    ],
    services: {
      identify: boundedStreams(identify()),
      ping: boundedStreams(ping()),
      ...(options.ownAddresses === undefined ? {} : { addresses: options.ownAddresses.service }),
      kademlia: boundedStreams(kademlia(relay !== undefined)),
      ...(isWide
        ? { reachability: boundedStreams(autoNATv2({ protocolPrefix: 'mindmesh' })) }
        : {}),
      ...(isWide && router !== undefined ? { router: router.service } : {}),
      ...(localDiscovery === undefined ? {} : { localDiscovery: localDiscovery.service }),
      ...(relay === undefined ? {} : { relay: boundedRelay(relay) }),
    },
    connectionManager: {
      maxConnections: most,
      maxParallelDials,
      addressSorter: dialOrder(),
      maxDialQueueLength,
      inboundConnectionThreshold,
      // The gate keeps them to half of this, shared fairly among addresses; libp2p counts some of them a moment longer.
      maxIncomingPendingConnections: 2 * gate.maxHalfOpen,
      addressDialTimeout,
      inboundUpgradeTimeout,
    },
    // libp2p's monitor aborts a busy peer's connection after one slow ping and measures whole milliseconds only;
    // peer-link.ts pings instead, for latency and to notice dead peers.
    connectionMonitor: { enabled: false },
  });
  options.ownAddresses?.watch(libp2p, relay !== undefined);
  return libp2p;
}

/**
 * Starts listening.
 * @throws AppError `port-taken` naming the address, or `setting-invalid` when it does not belong to this machine.
 */
export async function startLibp2p(libp2p: Libp2p): Promise<void> {
  try {
    await libp2p.start();
  } catch (error) {
    const reasons = error instanceof Error ? error.message : String(error);
    // libp2p has the addresses and reasons only in the message, one line "ADDRESS: Error: …" for each.
    const [, address, reason] = /^\s*(\/\S+): \w*:? ?(.*)$/m.exec(reasons) ?? [];
    const taken = /^\s*(\/\S+): .*EADDRINUSE/m.exec(reasons)?.[1];
    if (taken !== undefined) {
      throw new AppError(
        'port-taken',
        `Another program uses the address ${taken}; choose another port for "listen"`,
        { cause: error },
      );
    }
    throw new AppError(
      'setting-invalid',
      `The node cannot listen on ${address ?? 'its addresses'}: ${reason ?? reasons}`,
      { cause: error },
    );
  }
}
