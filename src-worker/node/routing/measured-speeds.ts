/**
 * How fast peers that host a whole model answered this node. Only its own measurements say anything reliable about a
 * stranger's speed. A chain of several peers is not measured, since it does not show which of them was slow.
 */
import type { Receipt } from '../../../src-shared/chat.ts';

/** How long a measurement counts, in milliseconds: a machine that was busy may not be any more. */
const rememberedMs = 10 * 60_000;
/** Most peers that are remembered; the one with the oldest answer is forgotten first. */
const maxPeers = 1024;
/** Fewest tokens of an answer that is measured: fewer say little about the machine. */
const leastTokens = 16;

type Measured = { readonly tokensPerSecond: number; readonly at: number };

export class MeasuredSpeeds {
  readonly #now: () => number;
  /** Measurements by peer and manifest id. */
  readonly #measured = new Map<string, Map<string, Measured>>();

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes the speed of an answer that one peer gave alone; returns that peer. */
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

  /** The peer's recent speeds: manifest id → tokens a second; undefined where none was measured. */
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
