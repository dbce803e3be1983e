/** The networks in which nodes have to find and reach each other, and what is possible in each. */
import type { Computer, InternetPlan, Router } from '../mesh/played-internet.ts';

export type ReachCase = {
  /** As the end of the sentence "Two computers, …". */
  readonly name: string;
  readonly plan: InternetPlan<string>;
  /** The computers with nodes; the first one is measured, against each of the others. */
  readonly nodes: readonly string[];
  /** The best path that this network allows, whatever the transport. */
  readonly best: 'direct' | 'relay';
  /** What is done to the networks before the nodes start. */
  readonly prepare?: 'containers';
  /** Addresses of bootstrap nodes that do not reply, before the one that does. */
  readonly deadBootstrap?: boolean;
  /** What happens once the nodes have met. */
  readonly afterwards?: 'reboot in an answer' | 'sleep';
};

type Kind = Pick<Router, 'ports' | 'blocksUdp'>;
const steady: Kind = { ports: 'steady' };
const changing: Kind = { ports: 'changing' };
const inside = { ip4: '192.168.1.1/24' };

/** A router on the street, `number` being its place there, and a computer behind it. */
function house(name: string, number: number, kind: Kind): { router: Router; computer: Computer } {
  const router = `router-${name}`;
  return {
    router: { name: router, outside: { ip4: `11.22.${number}.${number}/24` }, inside, ...kind },
    computer: { name, behind: router, addresses: { ip4: `192.168.1.${number}/24` } },
  };
}

function houses(kindOfA: Kind, kindOfB: Kind): InternetPlan<string> {
  const [a, b] = [house('a', 2, kindOfA), house('b', 3, kindOfB)];
  return { routers: [a.router, b.router], computers: [a.computer, b.computer] };
}

function oneHouse(): InternetPlan<string> {
  const { router, computer } = house('a', 2, steady);
  const b = { ...computer, name: 'b', addresses: { ip4: '192.168.1.3/24' } };
  return { routers: [router], computers: [computer, b] };
}

/** House a is behind a router of its provider, too. */
function carrier(): InternetPlan<string> {
  const { routers, computers } = houses(steady, steady);
  const provider: Router = {
    name: 'carrier',
    outside: { ip4: '11.22.4.4/24' },
    inside: { ip4: '100.64.0.1/10' },
    ...steady,
  };
  const behind = routers.map((router) =>
    router.name === 'router-a'
      ? { ...router, behind: 'carrier', outside: { ip4: '100.64.0.2/10' } }
      : router,
  );
  return { routers: [provider, ...behind], computers };
}

/** Both houses have public IPv6 addresses alone; the routers translate none, and let nothing in unasked. */
function ip6Houses(): InternetPlan<string> {
  const all = (['a', 'b'] as const).map((name, index) => ({
    router: {
      name: `router-${name}`,
      outside: { ip6: `2a10:1122:${index + 2}::1/64` },
      inside: { ip6: `2a10:1123:${name}::1/64` },
      ...steady,
    },
    computer: { name, behind: `router-${name}`, addresses: { ip6: `2a10:1123:${name}::2/64` } },
  }));
  return {
    routers: all.map(({ router }) => router),
    computers: all.map(({ computer }) => computer),
  };
}

function ip6Street(): InternetPlan<string> {
  const computers = ['a', 'b'].map((name, index) => ({
    name,
    addresses: { ip6: `2a10:1122:${index + 2}::2/64` },
  }));
  return { routers: [], computers };
}

/** House a, and b on the street. */
function houseAndStreet(kind: Kind): InternetPlan<string> {
  const { router, computer } = house('a', 2, kind);
  const b = { name: 'b', addresses: { ip4: '11.22.3.3/24' } };
  return { routers: [router], computers: [computer, b] };
}

function threeHouses(): InternetPlan<string> {
  const all = [house('a', 2, steady), house('b', 3, steady), house('c', 4, steady)];
  return {
    routers: all.map(({ router }) => router),
    computers: all.map(({ computer }) => computer),
  };
}

const both = ['a', 'b'];

export const reachCases = {
  'steady-ports': {
    name: 'both behind routers with steady ports',
    plan: houses(steady, steady),
    nodes: both,
    best: 'direct',
  },
  'one-changing': {
    name: 'one behind a router that changes ports',
    plan: houses(changing, steady),
    nodes: both,
    best: 'direct',
  },
  'both-changing': {
    name: 'both behind routers that change ports',
    plan: houses(changing, changing),
    nodes: both,
    best: 'relay',
  },
  'one-house': {
    name: 'both behind one router',
    plan: oneHouse(),
    nodes: both,
    best: 'direct',
  },
  carrier: {
    name: 'one behind two levels of routers',
    plan: carrier(),
    nodes: both,
    best: 'direct',
  },
  'ip6-street': {
    name: 'with IPv6 only, in public',
    plan: ip6Street(),
    nodes: both,
    best: 'direct',
  },
  'ip6-houses': {
    name: 'with IPv6 only, behind routers',
    plan: ip6Houses(),
    nodes: both,
    best: 'direct',
  },
  'no-udp': {
    name: 'one without UDP, the other behind a router',
    plan: houses({ ...steady, blocksUdp: true }, steady),
    nodes: both,
    best: 'relay',
  },
  'no-udp-public': {
    name: 'one without UDP, the other in public',
    plan: houseAndStreet({ ...steady, blocksUdp: true }),
    nodes: both,
    best: 'direct',
  },
  containers: {
    name: 'three that all have 172.17.0.1',
    plan: threeHouses(),
    nodes: ['a', 'b', 'c'],
    best: 'direct',
    prepare: 'containers',
  },
  'dead-bootstrap': {
    name: 'beginning with a mute and an unroutable node',
    plan: houses(steady, steady),
    nodes: both,
    best: 'direct',
    deadBootstrap: true,
  },
  sleep: {
    name: 'one sleeping for three minutes',
    plan: houses(steady, steady),
    nodes: both,
    best: 'direct',
    afterwards: 'sleep',
  },
  reboot: {
    name: 'the router of the asking one restarting in an answer',
    plan: houses(steady, steady),
    nodes: both,
    best: 'direct',
    afterwards: 'reboot in an answer',
  },
} as const satisfies Record<string, ReachCase>;
