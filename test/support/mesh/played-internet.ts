/**
 * An internet on one machine, of network namespaces: a street that all can reach, routers of several kinds on it and
 * behind each other, and computers. Routers let no packet in unasked, as those of homes do.
 *
 * The addresses of the street are public ones of the internet, which no packet of these networks gets to: those that are
 * reserved for examples count as private.
 */
import { Namespace } from './network-namespaces.ts';

/** Addresses with their prefix lengths, such as 192.168.1.2/24; a place without one of a version does not speak it. */
type Addresses = { readonly ip4?: string; readonly ip6?: string };

export type Router<Name extends string = string> = {
  readonly name: Name;
  /** The router that it is behind; absent: it stands on the street. */
  readonly behind?: Name;
  /** Its own address on the outer side and on the inner side. */
  readonly outside: Addresses;
  readonly inside: Addresses;
  /**
   * How it changes the port of a computer inside. `steady`: one port for all destinations, open for those that were sent
   * something (a port-restricted cone); `changing`: another port for each destination (symmetric).
   */
  readonly ports: 'steady' | 'changing';
  /** It passes no UDP, as the firewall of a company. */
  readonly blocksUdp?: boolean;
};

export type Computer<Name extends string = string> = {
  readonly name: Name;
  /** The router that it is behind; absent: it stands on the street. */
  readonly behind?: Name;
  readonly addresses: Addresses;
};

export type InternetPlan<Name extends string> = {
  readonly routers: readonly Router<Name>[];
  readonly computers: readonly Computer<Name>[];
};

const wholeStreet = { ip4: '11.22.1.1/16', ip6: '2a10:1122:1::1/32' } as const;

/** The name of the street, where public programs run. */
const world = 'world';

let internets = 0;

export class PlayedInternet<Name extends string> {
  readonly #plan: InternetPlan<Name>;
  readonly #prefix = `mm${process.pid}-${(internets += 1)}`;
  readonly #places = new Map<string, Namespace>();
  readonly #street: Addresses;
  #reboots = 0;

  constructor(plan: InternetPlan<Name>) {
    this.#plan = plan;
    const speaks6 = plan.computers.some(({ addresses }) => addresses.ip6 !== undefined);
    // A system that speaks no IPv6 can play the others.
    this.#street = speaks6 ? wholeStreet : { ip4: wholeStreet.ip4 };
  }

  /** @throws when the machine cannot; call `remove` all the same. */
  make(): void {
    const { routers, computers } = this.#plan;
    for (const name of [world, ...routers.map((each) => each.name), ...names(computers)]) {
      this.#places.set(name, new Namespace(`${this.#prefix}-${name}`));
    }
    this.#place(world).set(...forwarding);
    this.#place(world).ip(...bridge('net', this.#street));
    for (const router of routers) {
      this.#place(router.name).ip(...bridge('net', router.inside));
      this.#lay(router, 'out');
      this.#furnish(router);
    }
    for (const { name, behind, addresses } of computers) {
      this.#lay({ name, behind }, 'eth0');
      this.#place(name).ip(...link('eth0', addresses), ...this.#routes('eth0', behind, addresses));
    }
  }

  /** Command and first arguments that run a program in a place. On a router, programs are in public. */
  command(place: Name | typeof world): readonly [string, ...string[]] {
    return this.#place(place).command;
  }

  /** Pulls out the cable of a router or a computer, or puts it back. Packets get lost, and no peer is told. */
  setCable(place: Name, isIn: boolean): void {
    this.#above(this.#find(place).behind).ip(`link set to-${place} ${isIn ? 'up' : 'down'}`);
  }

  /** Adds a network that only this place has, such as one of containers. */
  addBridge(place: Name | typeof world, name: string, ip4: string): void {
    this.#place(place).ip(...bridge(name, { ip4 }));
  }

  /**
   * Gives a computer another address at once, as another Wi-Fi does; connections from the former one are dead.
   */
  setAddress(computer: Name, ip4: string): void {
    const { behind } = this.#find(computer);
    this.#place(computer).ip(
      'addr flush dev eth0 scope global',
      `addr add ${ip4} dev eth0`,
      ...this.#routes('eth0', behind, { ip4 }),
    );
  }

  /** Makes a router forward a TCP port to a computer inside. */
  openPort(router: Name, port: number, computer: Name): void {
    const { ip4 = '' } =
      this.#plan.computers.find(({ name }) => name === computer)?.addresses ?? {};
    const from = `-i out -p tcp --dport ${port}`;
    this.#place(router).filter(4, 'nat', [
      `-A PREROUTING ${from} -j DNAT --to-destination ${bare(ip4)}`,
    ]);
    this.#place(router).filter(4, 'filter', [`-I FORWARD ${from} -j ACCEPT`]);
  }

  /** Restarts a router, which forgets what it has translated: packets of former connections go nowhere. */
  reboot(name: Name): void {
    const router = this.#plan.routers.find((each) => each.name === name);
    if (router === undefined) {
      throw new Error(`There is no router ${name}`);
    }
    const former = this.#place(name);
    this.#reboots += 1;
    const next = new Namespace(`${this.#prefix}-${name}-${this.#reboots}`);
    this.#places.set(name, next);
    next.ip(...bridge('net', router.inside));
    const cables = [...this.#plan.routers, ...this.#plan.computers].filter(
      ({ behind }) => behind === name,
    );
    former.ip(
      ...['out', ...cables.map((each) => `to-${each.name}`)].map(
        (cable) => `link set ${cable} netns ${next.name}`,
      ),
    );
    next.ip(...cables.map((each) => `link set to-${each.name} master net up`));
    former.remove();
    this.#furnish(router);
  }

  /** Call this when no process is left in it. */
  remove(): void {
    this.#places.forEach((place) => place.remove());
    this.#places.clear();
  }

  /** Lays a cable from a place to the network that it belongs to. */
  #lay({ name, behind }: { name: Name; behind?: Name | undefined }, end: string): void {
    const { name: own } = this.#place(name);
    this.#above(behind).ip(
      `link add to-${name} type veth peer name ${end} netns ${own}`,
      `link set to-${name} master net up`,
    );
  }

  /** Everything of a router but its cables: addresses, routes, and what it lets through. */
  #furnish(router: Router<Name>): void {
    const { behind, outside, inside, ports, blocksUdp = false } = router;
    const place = this.#place(router.name);
    place.set(...forwarding);
    place.ip(...link('out', outside), ...this.#routes('out', behind, outside));
    if (inside.ip6 !== undefined && outside.ip6 !== undefined) {
      const to = `${networkOf(inside.ip6)} via ${bare(outside.ip6)}`;
      this.#above(behind).ip(`route replace ${to}`);
    }
    const udp = blocksUdp ? ['-A FORWARD -p udp -j DROP'] : [];
    const known = '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT';
    const lost = '-A FORWARD -m conntrack --ctstate INVALID -j DROP';
    // The router's own address takes no packet either: else the system would take the port that a computer inside opens.
    const rules = ['FORWARD', 'INPUT'].flatMap((chain) => [
      `-A ${chain} -i out ${known}`,
      `-A ${chain} -i out -p icmpv6 -j ACCEPT`,
      `-A ${chain} -i out -j DROP`,
    ]);
    const masquerade = `-j MASQUERADE${ports === 'changing' ? ' --random-fully' : ''}`;
    const ip4 = rules.filter((rule) => !rule.includes('icmpv6'));
    place.filter(4, 'filter', [lost, ...udp, ...ip4]);
    if (inside.ip6 !== undefined) {
      place.filter(6, 'filter', [lost, ...udp, ...rules]);
    }
    place.filter(4, 'nat', [`-A POSTROUTING -o out ${masquerade}`]);
    place.set(...strictTracking);
  }

  #routes(device: string, behind: Name | undefined, own: Addresses): string[] {
    const above = this.#plan.routers.find(({ name }) => name === behind)?.inside ?? this.#street;
    return (['ip4', 'ip6'] as const).flatMap((version) => {
      const gateway = above[version];
      return own[version] === undefined || gateway === undefined
        ? []
        : [
            `route replace ${version === 'ip6' ? '::/0' : 'default'} via ${bare(gateway)} dev ${device} onlink`,
          ];
    });
  }

  #find(name: Name): { readonly behind?: Name } {
    const all = [...this.#plan.routers, ...this.#plan.computers];
    return all.find((each) => each.name === name) ?? {};
  }

  #above(behind: Name | undefined): Namespace {
    return this.#place(behind ?? world);
  }

  #place(name: string): Namespace {
    const place = this.#places.get(name);
    if (place === undefined) {
      throw new Error(`There is no place ${name}`);
    }
    return place;
  }
}

const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];

/** A router that has restarted does not take up connections whose beginning it has not seen. */
const strictTracking = ['net.netfilter.nf_conntrack_tcp_loose=0'];

function names(all: readonly { readonly name: string }[]): string[] {
  return all.map(({ name }) => name);
}

function bridge(name: string, addresses: Addresses): string[] {
  return [`link add ${name} type bridge`, ...link(name, addresses)];
}

function link(device: string, { ip4, ip6 }: Addresses): string[] {
  return [
    `link set ${device} up`,
    ...(ip4 === undefined ? [] : [`addr replace ${ip4} dev ${device}`]),
    // The system need not look for others with this address, which takes a second.
    ...(ip6 === undefined ? [] : [`addr replace ${ip6} dev ${device} nodad`]),
  ];
}

function bare(address: string): string {
  return address.split('/')[0] ?? '';
}

/** The network of an address whose last group or byte is the computer's: 192.168.1.1/24 is in 192.168.1.0/24. */
function networkOf(address: string): string {
  return address.replace(/[^.:]+\/(\d+)$/, (_, bits: string) =>
    address.includes(':') ? `/${bits}` : `0/${bits}`,
  );
}
