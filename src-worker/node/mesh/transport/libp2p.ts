/** libp2p as this app uses it: transports, encryption, multiplexing and every limit, in one place. */
import { autoNATv2 } from '@libp2p/autonat-v2';
import { identify } from '@libp2p/identify';
import type { Libp2p } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { peerIdFromString } from '@libp2p/peer-id';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
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
import { joinWrites } from './joined-writes.ts';
import { kademlia } from './kademlia.ts';
import { keyCachingCrypto } from './noise-crypto.ts';
import type { LocalDiscovery } from './local-discovery.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { RelayClient } from '../relay/relay-client.ts';
import { boundedRelay, type RelayLimits } from '../relay/relay-server.ts';
import type { RouterService } from './router-service.ts';
import { smallTalk } from './small-talk.ts';

/** In and out together; the least useful are closed beyond it. */
const maxConnections = 256;

/**
 * New connections a second from one IP address. A household or a lab is one address to the others, and so
 * are twelve nodes of a test; libp2p's own 5 refuses most of them, with a misleading encryption error.
 */
const inboundConnectionThreshold = 64;

/** Streams of one connection, each way. A session takes at most four between two peers. */
const maxStreams = 256;

/** Of these, streams that a peer may open before this side is done with the greeting: it has sessions waiting. */
const maxEarlyStreams = 64;

/**
 * A stream's window grows up to this. It must stay below what a paused stream may buffer (4 MiB): a paused
 * stream that is sent more is aborted.
 */
const maxStreamWindowSize = 2 * 1024 * 1024;

/**
 * A dead address takes this long of the ten seconds that a dial has, in milliseconds. A busy machine needs
 * seconds for the handshake, so it cannot be much shorter.
 */
const addressDialTimeout = 5000;

/**
 * A peer that connects has this long for encryption and authorisation, in milliseconds; the other side gives up
 * then too.
 */
const inboundUpgradeTimeout = addressDialTimeout;

/**
 * Dials at once, and dials that may wait. Those for connections to keep (peer-keeper.ts) are half of the first
 * at most, so that an answer's dials never wait behind those to peers that are gone.
 */
const maxParallelDials = 384;
const maxDialQueueLength = 1024;

export type Libp2pOptions = {
  readonly identity: Identity;
  readonly listen: readonly string[];
  /** Learns where this node can be reached; absent: it is not needed. */
  readonly ownAddresses?: OwnAddresses;
  readonly gate: ConnectionGate;
  /** Peers that are not let in, whatever the gate says; absent: none. */
  readonly isBarred?: (peer: string) => boolean;
  /** Peers on the local network, and a port that the router opens; absent: never. */
  readonly localDiscovery?: LocalDiscovery;
  readonly router?: RouterService;
  /** Be reached over relays; absent: no. */
  readonly relayClient?: RelayClient;
  /** Be a public node: relay for others within these limits, and answer look-ups from the start. */
  readonly relay?: RelayLimits;
  /** In and out together; absent: as many as a machine of one person needs. */
  readonly maxConnections?: number;
};

/**
 * A libp2p node that is not started yet, so that protocols can be registered before the first peer comes.
 * @throws AppError `setting-invalid` naming a listen address that is none.
 */
export async function buildLibp2p(options: Libp2pOptions): Promise<Libp2p> {
  const { identity, gate, relay, relayClient, localDiscovery, router } = options;
  const listen = options.listen.map((text) => parseListenAddress(text));
  // A node that listens on this machine alone has no network to be reached from.
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
    transports: [tcp(), ...(relayClient === undefined ? [] : [relayClient.transport])],
    // tls first: Node does its records in C++, noise is for peers that lack it.
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
      identify: smallTalk(identify()),
      ping: smallTalk(ping()),
      ...(options.ownAddresses === undefined ? {} : { addresses: options.ownAddresses.service }),
      kademlia: smallTalk(kademlia(relay !== undefined)),
      ...(isWide ? { reachability: smallTalk(autoNATv2({ protocolPrefix: 'mindmesh' })) } : {}),
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
      // The gate keeps them to half of that, and is fair about whose; libp2p counts some a moment longer.
      maxIncomingPendingConnections: 2 * gate.maxHalfOpen,
      addressDialTimeout,
      inboundUpgradeTimeout,
    },
    // It aborts a busy peer's connection after one slow ping and measures whole milliseconds; peer-link.ts
    // pings for latency and for life.
    connectionMonitor: { enabled: false },
  });
  options.ownAddresses?.watch(libp2p, relay !== undefined);
  return libp2p;
}

/**
 * Starts listening.
 * @throws AppError `port-taken` naming the address, or `setting-invalid` when it is not of this machine.
 */
export async function startLibp2p(libp2p: Libp2p): Promise<void> {
  try {
    await libp2p.start();
  } catch (error) {
    const reasons = error instanceof Error ? error.message : String(error);
    // libp2p tells the addresses and their reasons in the message alone, one "ADDRESS: Error: …" a line.
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
