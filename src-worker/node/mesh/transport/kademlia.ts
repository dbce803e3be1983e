/**
 * MindMesh's own Kademlia network, which only serves to find peers on the internet. It never speaks the protocol of the
 * public IPFS network, and stores no values or providers: a node that serves strangers' look-ups must not become their disk.
 */
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { forgettingDatastore } from './forgetting-datastore.ts';

const protocol = '/mindmesh/kad/1.0.0';

/** Peers that one look-up asks at once; a dead one among them costs a time-out. */
const alpha = 3;

/** Most streams on each connection, which bounds the bytes that wait unread; a request is small. */
const maxStreams = 8;

type Kademlia = ReturnType<typeof kadDHT>;

/**
 * The service for `createLibp2p`. With `isServer` the node serves look-ups from the start; else it does while it has a public
 * address.
 */
export function kademlia(isServer: boolean): Kademlia {
  const make = kadDHT({
    protocol,
    alpha,
    disjointPaths: 1,
    ...(isServer ? { clientMode: false } : {}),
    // Private addresses are not filtered out, since the mesh of a laboratory or a home has no others.
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
