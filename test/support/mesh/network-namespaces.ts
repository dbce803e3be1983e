/**
 * Two houses and the world between, on one machine: network namespaces of Linux, each house behind a router that
 * lets no packet in. Both houses have the same private addresses, as houses do.
 *
 *   a 192.168.1.2 ── router a 11.22.2.2 ──┐
 *                                         ├── world 11.22.1.1
 *   b 192.168.1.3 ── router b 11.22.3.3 ──┘
 *
 * The addresses of the world are public ones of the internet, which no packet of these networks gets to: those that are
 * reserved for examples count as private.
 */
import { execFileSync } from 'node:child_process';

/** On a router, programs are in public. */
export type Place = 'world' | 'a' | 'b' | 'router-a' | 'router-b';

const houses = [
  { house: 'a', outside: '11.22.2.2/16', inside: '192.168.1.2/24' },
  { house: 'b', outside: '11.22.3.3/16', inside: '192.168.1.3/24' },
] as const;

/** Why this machine cannot have network namespaces; undefined when it can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') {
    return 'only Linux has network namespaces';
  }
  const name = `mm-probe-${process.pid}`;
  try {
    run('ip', 'netns', 'add', name);
  } catch {
    return 'it takes root and iproute2 to make network namespaces';
  }
  try {
    inside(name, 'iptables', '-t', 'nat', '-L', '-n');
    return undefined;
  } catch {
    return 'iptables is missing, or may not translate addresses here';
  } finally {
    run('ip', 'netns', 'del', name);
  }
}

export class Houses {
  readonly #prefix = `mm${process.pid}`;
  readonly #made: string[] = [];

  /** @throws when the machine cannot; call `remove` all the same. */
  make(): void {
    for (const name of ['world', 'router-a', 'router-b', 'a', 'b']) {
      run('ip', 'netns', 'add', this.#name(name));
      this.#made.push(name);
      this.#ip(name, 'link', 'set', 'lo', 'up');
    }
    this.#ip('world', 'link', 'add', 'street', 'type', 'bridge');
    this.#ip('world', 'addr', 'add', '11.22.1.1/16', 'dev', 'street');
    this.#ip('world', 'link', 'set', 'street', 'up');
    for (const { house, outside, inside: own } of houses) {
      this.#build(house, outside, own);
    }
  }

  /** Command and first arguments that run a program in a place. */
  command(place: Place): readonly [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.#name(place)];
  }

  /**
   * Pulls out the cable between the world and a house's router, or puts it back. Packets get lost, and no peer is
   * told.
   */
  setCable(house: 'a' | 'b', isIn: boolean): void {
    this.#ip('world', 'link', 'set', `to-${house}`, isIn ? 'up' : 'down');
  }

  /** Adds a network that only this place has, such as one of containers. */
  addBridge(place: Place, name: string, address: string): void {
    this.#ip(place, 'link', 'add', name, 'type', 'bridge');
    this.#ip(place, 'addr', 'add', address, 'dev', name);
    this.#ip(place, 'link', 'set', name, 'up');
  }

  /**
   * Gives the machine in a house another address at once, as another Wi-Fi does; connections from the former one are
   * dead.
   */
  setAddress(house: 'a' | 'b', address: string): void {
    this.#ip(house, 'addr', 'flush', 'dev', 'eth0', 'scope', 'global');
    this.#ip(house, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    this.#ip(house, 'route', 'replace', 'default', 'via', '192.168.1.1');
  }

  /** Makes a house's router forward a port to the machine inside. */
  openPort(house: 'a' | 'b', port: number): void {
    const own = houses.find((each) => each.house === house)?.inside.split('/')[0] ?? '';
    const router = this.#name(`router-${house}`);
    const from = ['-i', 'out', '-p', 'tcp', '--dport', String(port)];
    const to = ['-j', 'DNAT', '--to-destination', own];
    inside(router, 'iptables', '-t', 'nat', '-A', 'PREROUTING', ...from, ...to);
    inside(router, 'iptables', '-I', 'FORWARD', ...from, '-j', 'ACCEPT');
  }

  /** Call this when no process is left in the namespaces. */
  remove(): void {
    this.#made.splice(0).forEach((name) => run('ip', 'netns', 'del', this.#name(name)));
  }

  #build(house: 'a' | 'b', outside: string, own: string): void {
    const router = `router-${house}`;
    const cable = ['type', 'veth', 'peer', 'name'];
    this.#ip('world', 'link', 'add', `to-${house}`, ...cable, 'out', 'netns', this.#name(router));
    this.#ip('world', 'link', 'set', `to-${house}`, 'master', 'street', 'up');
    this.#ip(router, 'link', 'add', 'in', ...cable, 'eth0', 'netns', this.#name(house));
    this.#ip(router, 'addr', 'add', outside, 'dev', 'out');
    this.#ip(router, 'addr', 'add', '192.168.1.1/24', 'dev', 'in');
    this.#ip(router, 'link', 'set', 'out', 'up');
    this.#ip(router, 'link', 'set', 'in', 'up');
    this.#ip(house, 'addr', 'add', own, 'dev', 'eth0');
    this.#ip(house, 'link', 'set', 'eth0', 'up');
    this.#ip(house, 'route', 'add', 'default', 'via', '192.168.1.1');
    const name = this.#name(router);
    inside(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    const translated = ['-t', 'nat', '-A', 'POSTROUTING', '-o', 'out', '-j', 'MASQUERADE'];
    inside(name, 'iptables', ...translated);
    const known = ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED'];
    inside(name, 'iptables', '-A', 'FORWARD', '-i', 'out', ...known, '-j', 'ACCEPT');
    inside(name, 'iptables', '-A', 'FORWARD', '-i', 'out', '-j', 'DROP');
  }

  #ip(place: string, ...words: string[]): void {
    run('ip', '-n', this.#name(place), ...words);
  }

  #name(place: string): string {
    return `${this.#prefix}-${place}`;
  }
}

function inside(namespace: string, ...command: string[]): void {
  run('ip', 'netns', 'exec', namespace, ...command);
}

function run(command: string, ...words: string[]): void {
  execFileSync(command, words, { stdio: 'pipe' });
}
