/**
 * How fast peers that host a whole model answered this node: what it has measured itself, and so the only word about a
 * stranger's speed that is worth anything. Of a chain of several it cannot be told which was slow.
 */
import type { Receipt } from '../../../src-shared/chat.ts';

/** A machine that was busy may not be any more, in milliseconds. */
const rememberedMs = 10 * 60_000;
/** Most peers that are remembered; the one whose answer is longest ago goes first. */
const maxPeers = 1024;
/** Fewer tokens say more about the moment than about the machine. */
const leastTokens = 16;

type Measured = { readonly tokensPerSecond: number; readonly at: number };

export class MeasuredSpeeds {
  readonly #now: () => number;
  /** By peer and manifest id. */
  readonly #measured = new Map<string, Map<string, Measured>>();

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes an answer, where one peer gave all of it; returns that peer. */
  note(manifestId: string, receipt: Receipt): string | undefined {
    const { stages, tokens, tokensPerSecond, takeovers = 0 } = receipt;
    const [only, ...others] = stages;
    const isTelling = takeovers === 0 && tokens >= leastTokens && tokensPerSecond > 0;
    if (only === undefined || others.length > 0 || !isTelling) {
      return undefined;
    }
    const ofPeer = this.#measured.get(only.peer) ?? new Map<string, Measured>();
    this.#measured.delete(only.peer);
    const [oldest] = this.#measured.keys();
    if (oldest !== undefined && this.#measured.size >= maxPeers) {
      this.#measured.delete(oldest);
    }
    ofPeer.set(manifestId, { tokensPerSecond, at: this.#now() });
    this.#measured.set(only.peer, ofPeer);
    return only.peer;
  }

  /** Manifest id → tokens a second, lately; undefined where nothing is known. */
  of(peer: string): ReadonlyMap<string, number> | undefined {
    const now = this.#now();
    const lately = [...(this.#measured.get(peer) ?? [])].filter(
      ([, { at }]) => now - at < rememberedMs,
    );
    return lately.length === 0
      ? undefined
      : new Map(lately.map(([model, { tokensPerSecond }]) => [model, tokensPerSecond]));
  }
}
