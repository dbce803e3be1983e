/**
 * Notices that this machine is on another network than before, or slept: connections may be dead then, though nothing says
 * so for a minute. Systems tell of neither in a way that Node.js passes on, so it is looked now and then.
 */
import { networkInterfaces } from 'node:os';

/** Milliseconds between looks; one costs a tenth of a millisecond. */
const lookEveryMs = 5000;
/** A look that is this much later than it should be comes after a sleep, in milliseconds. */
const sleptMs = 10_000;

export type NetworkWatchOptions = {
  readonly onChange: () => void;
  /** This machine's addresses, in any form that changes with them. */
  readonly addresses?: () => string;
  /** Milliseconds of a clock that goes on while the machine sleeps, and of one that may not, but is never set. */
  readonly clocks?: () => readonly [number, number];
};

export class NetworkWatch {
  readonly #onChange: () => void;
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
  }

  #check(): void {
    const seen = this.#addresses();
    const now = this.#clocks();
    const passed = now.map((time, clock) => time - (this.#lookedAt[clock] ?? time));
    const isOther = seen !== this.#seen;
    this.#seen = seen;
    this.#lookedAt = now;
    if (isOther || Math.max(...passed) > lookEveryMs + sleptMs) {
      this.#onChange();
    }
  }
}

/**
 * The addresses that this machine has in networks. Interfaces that have only an IPv6 address for their own cable come and
 * go with every container that starts, and change no way to anybody.
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
