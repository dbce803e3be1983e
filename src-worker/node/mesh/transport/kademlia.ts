/**
 * Our own Kademlia network, for finding peers on a wide network and nothing else. It never speaks the protocol
 * of the public IPFS network, and keeps no value or provider of anybody: a node that answers strangers'
 * questions must not become their disk.
 */
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { forgettingDatastore } from './forgetting-datastore.ts';

const protocol = '/mindmesh/kad/1.0.0';

/** Peers asked at once for one look-up; dead ones among them cost a time-out each. */
const alpha = 3;

/** Bytes of a question are few; what waits unread is bounded by these, on each connection. */
const maxStreams = 8;

type Kademlia = ReturnType<typeof kadDHT>;

/**
 * The service for `createLibp2p`. `isServer` answers questions from the start; else that begins with the first
 * public address of this node and ends with the last.
 */
export function kademlia(isServer: boolean): Kademlia {
  const make = kadDHT({
    protocol,
    alpha,
    disjointPaths: 1,
    ...(isServer ? { clientMode: false } : {}),
    // Records say where peers are reachable; meshes of a laboratory or a house have private addresses alone.
    peerInfoMapper: passthroughMapper,
    allowQueryWithZeroPeers: true,
    maxInboundStreams: maxStreams,
    maxOutboundStreams: maxStreams,
    logPrefix: 'mindmesh:kad',
    datastorePrefix: '/mindmesh-kad',
  });
  return (components) => {
    const datastore = { value: forgettingDatastore };
    return make(Object.create(components, { datastore }) as typeof components);
  };
}
