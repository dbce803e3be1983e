/** How this machine finds peers, what it tells them, and which peers its owner's questions may use. */
import { z } from 'zod';
import { poolIdSchema } from '../pool.ts';
import { regionSchema, routeRulesSchema } from '../route-rules.ts';
import { setting } from './setting.ts';

const rules = routeRulesSchema.shape;
const addressSchema = z.string().max(500);

/**
 * The peers that this node's own questions may use, as in route-rules.ts. The rules of a single question may be
 * stricter, but never looser.
 */
export const askingSettings = {
  askPoolOnly: setting({
    schema: rules.poolOnly.unwrap(),
    default: false,
    group: 'asking',
    applies: 'live',
  }),
  askOwnMachinesOnly: setting({
    schema: rules.ownMachinesOnly.unwrap(),
    default: false,
    group: 'asking',
    applies: 'live',
  }),
  /** Peer ids of the owner's other machines. The id of a pool means all of its members that serve. */
  ownMachines: setting({
    schema: z.array(poolIdSchema).max(256),
    default: [],
    group: 'asking',
    applies: 'live',
  }),
  askRegions: setting({
    schema: rules.regions.unwrap(),
    default: [],
    group: 'asking',
    applies: 'live',
  }),
  askOuterLayersHere: setting({
    schema: rules.keepOuterLayersAtHome.unwrap(),
    default: false,
    group: 'asking',
    applies: 'live',
  }),
  askLeastOperators: setting({
    schema: rules.leastOperators.unwrap(),
    default: 1,
    group: 'asking',
    applies: 'live',
  }),
  /** null: any price. */
  askPriceCeiling: setting({
    schema: rules.priceCeiling.unwrap().nullable(),
    default: null,
    whenOn: 0,
    group: 'asking',
    applies: 'live',
  }),
};

export const meshSettings = {
  /** Find peers on the local network by mDNS. */
  mdns: setting({ schema: z.boolean(), default: true, group: 'mesh', applies: 'live' }),
  /** Ask the router by UPnP to let peers in. */
  upnp: setting({ schema: z.boolean(), default: true, group: 'mesh', applies: 'live' }),
  /** Multiaddrs, with peer id, of nodes to begin with on a wide network. */
  bootstrap: setting({
    schema: z.array(addressSchema).max(64),
    default: [],
    group: 'mesh',
    applies: 'live',
  }),
  /** Multiaddrs, with peer id, of peers to keep a connection to. */
  peers: setting({
    schema: z.array(addressSchema).max(2048),
    default: [],
    group: 'mesh',
    applies: 'live',
  }),
  /** Multiaddrs the node listens on for other peers. */
  listen: setting({
    schema: z.array(addressSchema).max(32),
    default: ['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0'],
    group: 'mesh',
    applies: 'node',
  }),
  /** The country that peers see, by two letters; empty: none. */
  region: setting({ schema: regionSchema, default: '', group: 'mesh', applies: 'live' }),
  /** The price of a unit of work that peers see; 0: free. */
  price: setting({
    schema: z.number().min(0).max(1_000_000_000),
    default: 0,
    group: 'mesh',
    applies: 'live',
  }),
};

export const poolSettings = {
  /** Connect to members of this machine's pools and to no other peer. */
  poolOnly: setting({ schema: z.boolean(), default: false, group: 'pools', applies: 'live' }),
};
