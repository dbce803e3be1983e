/** Network namespaces of Linux: networks of their own on one machine, and commands that run in them. */
import { execFileSync } from 'node:child_process';

/** Why this machine cannot have network namespaces; undefined when it can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') {
    return 'only Linux has network namespaces';
  }
  const name = `mm-probe-${process.pid}`;
  try {
    run('ip', ['netns', 'add', name]);
  } catch {
    return 'it takes root and iproute2 to make network namespaces';
  }
  try {
    run('ip', ['netns', 'exec', name, 'iptables', '-t', 'nat', '-L', '-n']);
    return undefined;
  } catch {
    return 'iptables is missing, or may not translate addresses here';
  } finally {
    run('ip', ['netns', 'del', name]);
  }
}

export class Namespace {
  readonly name: string;

  /** Makes it, with its loopback interface up. @throws when the machine cannot */
  constructor(name: string) {
    this.name = name;
    run('ip', ['netns', 'add', name]);
    // Addresses hold at once, without a second of looking for others that have them.
    this.set('net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.all.accept_dad=0');
    this.ip('link set lo up');
  }

  /** Command and first arguments that run a program in it. */
  get command(): readonly [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.name];
  }

  /** Changes links, addresses and routes: commands of `ip`, without its name. */
  ip(...lines: string[]): void {
    run('ip', ['-n', this.name, '-batch', '-'], lines.join('\n'));
  }

  /** Sets variables of the system, NAME=VALUE, leaving out those that it does not have. */
  set(...variables: readonly string[]): void {
    run('ip', ['netns', 'exec', this.name, 'sysctl', '-eqw', ...variables]);
  }

  /** Adds rules of the packet filter, in the form of `iptables-save`. */
  filter(version: 4 | 6, table: 'filter' | 'nat', rules: readonly string[]): void {
    const command = version === 4 ? 'iptables-restore' : 'ip6tables-restore';
    const text = [`*${table}`, ...rules, 'COMMIT', ''].join('\n');
    run('ip', ['netns', 'exec', this.name, command, '--noflush'], text);
  }

  /** Call this when no process is left in it. Its ends of cables go with it. */
  remove(): void {
    run('ip', ['netns', 'del', this.name]);
  }
}

function run(command: string, words: readonly string[], input = ''): void {
  execFileSync(command, words, { input, stdio: ['pipe', 'pipe', 'pipe'] });
}
