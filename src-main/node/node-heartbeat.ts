/**
 * Asks the mesh node every few seconds for a sign of life. Without that, a node whose process was stopped, or that
 * hangs in a call, would leave the window, every command and every client of the API without a response for good.
 */
import { type Clock, systemClock } from '../../src-shared/clock.ts';

const askEveryMs = 5000;
/** A node may be busy with one very long text for some seconds. */
const silenceLimitMs = 20_000;

export type NodeHeartbeatOptions = {
  /** Resolves when the node has responded. */
  readonly ask: () => Promise<unknown>;
  /** Called once, with how long the node has said nothing, in milliseconds. */
  readonly onSilence: (forMs: number) => void;
  readonly clock?: Clock;
};

export class NodeHeartbeat {
  readonly #options: NodeHeartbeatOptions;
  readonly #clock: Clock;
  #heardAt = 0;
  #lookedAt = 0;
  #cancel: (() => void) | undefined;

  constructor(options: NodeHeartbeatOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** The node has become ready. */
  begin(): void {
    this.end();
    this.#heardAt = this.#clock.now();
    this.#lookedAt = this.#heardAt;
    this.#scheduleCheck();
  }

  /** The node has sent a message of its own. */
  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  /** Safe to call twice. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #scheduleCheck(): void {
    this.#cancel = this.#clock.after(askEveryMs, () => this.#check());
  }

  #check(): void {
    const now = this.#clock.now();
    // This process was stopped, or the whole computer slept, so the node could not respond.
    if (now - this.#lookedAt > 2 * askEveryMs) {
      this.#heardAt = now;
    }
    this.#lookedAt = now;
    const silentMs = now - this.#heardAt;
    if (silentMs >= silenceLimitMs) {
      this.#cancel = undefined;
      this.#options.onSilence(silentMs);
      return;
    }
    this.#options.ask().then(
      () => this.heard(),
      // A node that has ended is noticed by its exit.
      () => {},
    );
    this.#scheduleCheck();
  }
}
