/**
 * Bounds punches that others began with this node. Each takes a socket, a stream and 70 KB for up to twenty seconds, whoever
 * asks for it. Pure but for its clock.
 */
import { householdOf } from '../../household.ts';

/** How long a punch may take, in milliseconds: hyperdht forgets it then. */
const punchMs = 20_000;

/** Most punches at once, and of one household, as a node of the DHT tells its address. */
const maxPunches = 24;
const maxOfHousehold = 6;

export class HalfPunched {
  readonly #now: () => number;
  /** When each ends, with its household, in the order in which they began. */
  #open: { readonly until: number; readonly household: string }[] = [];

  /** `now`: a monotonic clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether one more may begin; it counts from now on. */
  begin(host: string): boolean {
    const now = this.#now();
    this.#open = this.#open.filter(({ until }) => until > now);
    const household = householdOf(host);
    const ofHousehold = this.#open.filter((each) => each.household === household);
    if (this.#open.length >= maxPunches || ofHousehold.length >= maxOfHousehold) {
      return false;
    }
    this.#open.push({ until: now + punchMs, household });
    return true;
  }
}
