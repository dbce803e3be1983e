/**
 * Notices that this machine is on another network than before, or slept: connections may be dead then, though they give no
 * error for a minute. Node.js has no event for either, so this polls.
 */
import { networkInterfaces } from 'node:os';

/** Milliseconds between checks; one costs a tenth of a millisecond. */
const lookEveryMs = 5000;
/** A check that is later than it should be by this much, in milliseconds, comes after a sleep. */
const sleptMs = 10_000;

export type NetworkWatchOptions = {
  /** `pausedMs`: how long this process did not run, which is 0 where only the network changed. */
  readonly onChange: (pausedMs: number) => void;
  /** This machine's addresses, in any form that changes with them. */
  readonly addresses?: () => string;
  /** Two clocks in milliseconds: one that continues while the machine sleeps, and one that may stop then but is never set. */
  readonly clocks?: () => readonly [number, number];
};

export class NetworkWatch {
  readonly #onChange: (pausedMs: number) => void;
  readonly #addresses: () => string;
  readonly #clocks: () => readonly [number, number];
  #timer: NodeJS.Timeout | undefined;
  #seen = '';
  #lookedAt: readonly [number, number] = [0, 0];

  constructor({
    onChange,
    addresses = () => ownAddresses(),
    clocks = usualClocks,
  }: NetworkWatchOptions) {
    this.#onChange = onChange;
    this.#addresses = addresses;
    this.#clocks = clocks;
  }

  start(): void {
    this.#seen = this.#addresses();
    this.#lookedAt = this.#clocks();
    this.#timer = setInterval(() => this.#check(), lookEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at the clocks alone, which costs nothing, and checks all where the timer is late: a sleep ended just now. */
  look(): void {
    if (this.#timer !== undefined && this.#passed() > lookEveryMs + sleptMs) {
      this.#check();
    }
  }

  #passed(): number {
    return Math.max(...this.#clocks().map((time, clock) => time - (this.#lookedAt[clock] ?? time)));
  }

  #check(): void {
    const seen = this.#addresses();
    const passed = this.#passed();
    const hasPaused = passed > lookEveryMs + sleptMs;
    const isOther = seen !== this.#seen;
    this.#seen = seen;
    this.#lookedAt = this.#clocks();
    if (isOther || hasPaused) {
      this.#onChange(hasPaused ? passed : 0);
    }
  }
}

/**
 * This machine's addresses in networks. Interfaces with only a link-local IPv6 address are left out: every container that
 * starts adds one, and they change no path to other peers.
 */
export function ownAddresses(interfaces = networkInterfaces()): string {
  return Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address))
    .map(({ cidr, address }) => cidr ?? address)
    .toSorted((a, b) => a.localeCompare(b))
    .join(' ');
}

function usualClocks(): readonly [number, number] {
  return [Date.now(), performance.now()];
}
