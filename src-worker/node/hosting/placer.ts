/**
 * Asks placement from time to time whether this node should host other layers, where the owner allows that. Each node decides
 * for itself from records that all know (placement/); the times are spread, so that not all decide at once.
 */
import { toAppError } from '../../../src-shared/errors.ts';
import type { Log } from '../base/log.ts';
import { choosePlacement } from '../placement/choose-placement.ts';
import type { PlacementPlan, PlacementQuestion } from '../placement/placement-question.ts';

export type PlacerOptions = {
  /** How often to ask, in milliseconds. */
  readonly everyMs: () => number;
  /** The question to placement; undefined while placement is not allowed. */
  readonly question: (movedAt: number | undefined) => Promise<PlacementQuestion | undefined>;
  readonly carryOut: (plan: PlacementPlan) => void;
  readonly log: Log;
  readonly random?: () => number;
};

/** By how much the times are spread, as a share of the interval. */
const jitter = 0.25;

export class Placer {
  readonly #options: PlacerOptions;
  #timer: NodeJS.Timeout | undefined;
  #movedAt: number | undefined;
  #isStopped = true;

  constructor(options: PlacerOptions) {
    this.#options = options;
  }

  start(): void {
    const { everyMs, random = Math.random } = this.#options;
    const ms = everyMs() * (1 - jitter + 2 * jitter * random());
    clearTimeout(this.#timer);
    this.#isStopped = false;
    this.#timer = setTimeout(() => {
      void this.#reconcile();
      this.start();
    }, ms).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isStopped = true;
  }

  /** Never rejects: an unexpected record of a peer must not stop this node. */
  async #reconcile(): Promise<void> {
    const { question, carryOut, log } = this.#options;
    try {
      const asked = await question(this.#movedAt);
      if (asked === undefined || this.#isStopped) {
        return;
      }
      const plan = choosePlacement(asked);
      if (plan.added.length + plan.dropped.length > 0) {
        if (plan.dropped.length > 0) {
          this.#movedAt = asked.now;
        }
        carryOut(plan);
      }
    } catch (error) {
      log('error', `Placement failed: ${toAppError(error).message}`);
    }
  }
}
