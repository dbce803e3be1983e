/** The recent demand of this node's own users for each model, in tokens a second. */

/** The time in which demand without further questions halves, in milliseconds. */
const halfLifeMs = 10 * 60_000;
/** Demand below this counts as none. */
const leastDemand = 0.001;
/** Most models that are counted. */
const maxModels = 256;

type Wanted = { readonly tokens: number; readonly at: number };

export class DemandMeter {
  readonly #now: () => number;
  readonly #wanted = new Map<string, Wanted>();

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(manifestId: string, tokens: number): void {
    const before = this.#tokensOf(manifestId);
    this.#wanted.delete(manifestId);
    const [oldest] = this.#wanted.keys();
    if (oldest !== undefined && this.#wanted.size >= maxModels) {
      this.#wanted.delete(oldest);
    }
    this.#wanted.set(manifestId, { tokens: before + tokens, at: this.#now() });
  }

  /** Manifest id → tokens a second. */
  perSecond(): Map<string, number> {
    const rates = new Map<string, number>();
    for (const manifestId of this.#wanted.keys()) {
      const rate = rateOf(this.#tokensOf(manifestId));
      if (rate >= leastDemand) {
        rates.set(manifestId, rate);
      } else {
        this.#wanted.delete(manifestId);
      }
    }
    return rates;
  }

  #tokensOf(manifestId: string): number {
    const { tokens, at } = this.#wanted.get(manifestId) ?? { tokens: 0, at: 0 };
    return tokens * 0.5 ** ((this.#now() - at) / halfLifeMs);
  }
}

/** The rate for a decaying sum of tokens: under steady demand, that sum is rate × mean life. */
function rateOf(tokens: number): number {
  return (tokens * Math.LN2) / (halfLifeMs / 1000);
}
