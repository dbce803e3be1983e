/**
 * Decides from an engine's pulse whether it hangs. A busy engine is told from a hung one by what it does, not by the time
 * alone: a slow machine may compute a batch for minutes. Pure: time is an argument.
 */
import { type Pulse, pulseEveryMs } from '../../wire/engine-messages.ts';

/** How often `hang` is to be asked, in milliseconds. */
export const watchEngineEveryMs = 500;

/**
 * No pulse for so long: the process is stopped. Windows lets programs of a lower priority wait for seconds while others use
 * all processors, and that thread with them.
 */
const silenceLimitMs = process.platform === 'win32' ? 15_000 : 3 * pulseEveryMs + 1000;
/** Before the first one: Node starts slowly on a machine that is out of memory. */
const startLimitMs = 60_000;
/** It computes nothing and reads nothing for so long, where the processor computes. */
const idleLimitMs = 4000;
/** It does where a graphics card computes, which leaves the processor idle. */
const cardIdleLimitMs = 30_000;
/** A batch may take this many times what the slowest one of its kind took: others may use the machine by now. */
const timesExpected = 20;
const leastBatchMs = 10_000;
/** What a batch may take of which nothing is known yet: weights may come from a slow disk. */
const firstBatchMs = 900_000;
/** No more processor time than this share is the pulse's own; at a low priority on a busy machine work may get little more. */
const workingShare = 0.001;

export class EngineWatch {
  #computesOnCard = false;
  #isLoaded = false;
  #heardAt: number;
  #lookedAt: number;
  #pulse: Pulse | undefined;
  #pulsedAt = 0;
  /** It waited for a disk since the pulse before. */
  #isReading = false;
  /** Since when it has been busy without a sign of work. */
  #idleSince: number | undefined;

  constructor(now: number) {
    this.#heardAt = now;
    this.#lookedAt = now;
  }

  /** From now on a busy main thread is judged; a load has a deadline of its own. */
  loaded(computesOnCard: boolean, now: number): void {
    this.#isLoaded = true;
    this.#heardAt = now;
    this.#computesOnCard = computesOnCard;
  }

  hear(pulse: Pulse, now: number): void {
    const before = this.#pulse;
    this.#isReading = pulse.pageFaults > (before?.pageFaults ?? 0);
    const isWorking =
      before === undefined ||
      this.#isReading ||
      pulse.cpuMs - before.cpuMs > workingShare * (now - this.#pulsedAt);
    this.#idleSince =
      pulse.busyMs === 0 || isWorking ? undefined : (this.#idleSince ?? this.#pulsedAt);
    this.#heardAt = now;
    this.#pulse = pulse;
    this.#pulsedAt = now;
  }

  /** Why the engine counts as hung, in words that follow "The engine"; undefined while it does not. */
  hang(now: number): string | undefined {
    const wasAway = now - this.#lookedAt > 3 * watchEngineEveryMs;
    this.#lookedAt = now;
    if (wasAway) {
      // Not the engine: this process was stopped, or the whole computer slept.
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
      return `did not answer and computed nothing for ${seconds(now - this.#idleSince)}`;
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
