/**
 * Decides from an engine's heartbeat, its pulse, whether it hangs. Processor time and disk reads tell a busy engine from a
 * hung one, not the duration alone: a slow machine may compute a batch for minutes. Pure: time is an argument.
 */
import { type Pulse, pulseEveryMs } from '../../wire/engine-messages.ts';

/** How often `hang` should be called, in milliseconds. */
export const watchEngineEveryMs = 500;

/**
 * Without a pulse for this long, in milliseconds, the process counts as stopped. Windows can let programs of a lower priority,
 * and so the thread that sends the pulse, wait for seconds while others use all processors.
 */
const silenceLimitMs = process.platform === 'win32' ? 15_000 : 3 * pulseEveryMs + 1000;
/** The same before the first pulse: Node.js starts slowly on a machine that is out of memory. */
const startLimitMs = 60_000;
/** A busy engine on the processor that computes and reads nothing for this long, in milliseconds, hangs. */
const idleLimitMs = 4000;
/** The same for an engine on a graphics card, which leaves the processor idle while the card computes. */
const cardIdleLimitMs = 30_000;
/** A batch may take this many times as long as the slowest one of its kind, since other programs may use the machine now. */
const timesExpected = 20;
const leastBatchMs = 10_000;
/** Limit for the first batch of its kind, in milliseconds: weights may come from a slow disk. */
const firstBatchMs = 900_000;
/** A share of processor time above this means computing: the pulse itself takes less, and a busy machine may grant little more. */
const computingShare = 0.001;

export class EngineWatch {
  #computesOnCard = false;
  #isLoaded = false;
  #heardAt: number;
  #lookedAt: number;
  #pulse: Pulse | undefined;
  #pulsedAt = 0;
  /** Whether the engine read from a disk between the last two pulses. */
  #isReading = false;
  /** Since when the engine has been busy without computing or reading. */
  #idleSince: number | undefined;

  constructor(now: number) {
    this.#heardAt = now;
    this.#lookedAt = now;
  }

  /** Begins to judge a busy main thread; before that, the load has a deadline of its own. */
  loaded(computesOnCard: boolean, now: number): void {
    this.#isLoaded = true;
    this.#heardAt = now;
    this.#computesOnCard = computesOnCard;
  }

  hear(pulse: Pulse, now: number): void {
    const before = this.#pulse;
    this.#isReading = pulse.pageFaults > (before?.pageFaults ?? 0);
    const isComputing =
      before === undefined ||
      this.#isReading ||
      pulse.cpuMs - before.cpuMs > computingShare * (now - this.#pulsedAt);
    this.#idleSince =
      pulse.busyMs === 0 || isComputing ? undefined : (this.#idleSince ?? this.#pulsedAt);
    this.#heardAt = now;
    this.#pulse = pulse;
    this.#pulsedAt = now;
  }

  /** Why the engine counts as hung, in words that follow "The engine"; undefined while it does not. */
  hang(now: number): string | undefined {
    const wasAway = now - this.#lookedAt > 3 * watchEngineEveryMs;
    this.#lookedAt = now;
    if (wasAway) {
      // This process was stopped or the computer slept, so the silence is not the engine's.
      this.#heardAt = now;
      this.#idleSince &&= now;
      return undefined;
    }
    const silentMs = now - this.#heardAt;
    const hasBegun = this.#isLoaded || this.#pulse !== undefined;
    if (silentMs > (hasBegun ? silenceLimitMs : startLimitMs)) {
      return `gave no sign of life for ${seconds(silentMs)}`;
    }
    const { busyMs = 0, expectedMs = 0 } = this.#pulse ?? {};
    if (!this.#isLoaded || busyMs === 0) {
      return undefined;
    }
    const idleLimit = this.#computesOnCard
      ? Math.max(cardIdleLimitMs, timesExpected * expectedMs)
      : idleLimitMs;
    if (this.#idleSince !== undefined && now - this.#idleSince > idleLimit) {
      return `did not respond and computed nothing for ${seconds(now - this.#idleSince)}`;
    }
    const batchLimit =
      expectedMs === 0 || this.#isReading
        ? firstBatchMs
        : Math.max(leastBatchMs, timesExpected * expectedMs);
    return busyMs > batchLimit ? `was busy with one batch for ${seconds(busyMs)}` : undefined;
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} seconds`;
}
