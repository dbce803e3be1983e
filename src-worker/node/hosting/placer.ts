/**
 * Looks now and then whether this node should host something else, where its owner lets it decide. Each node decides for
 * itself from what all know (placement/); the times differ a little, so that not all decide at once.
 */
import { toAppError } from '../../../src-shared/errors.ts';
import type { Log } from '../base/log.ts';
import { choosePlacement } from '../placement/choose-placement.ts';
import type { PlacementPlan, PlacementQuestion } from '../placement/placement-question.ts';

export type PlacerOptions = {
  /** How often to look, in milliseconds. */
  readonly everyMs: () => number;
  /** Undefined while this node may not host what it chooses. */
  readonly question: (movedAt: number | undefined) => PlacementQuestion | undefined;
  readonly carryOut: (plan: PlacementPlan) => void;
  readonly log: Log;
  readonly random?: () => number;
};

/** Looks come so much earlier or later, as a share of the time between them. */
const jitter = 0.25;

export class Placer {
  readonly #options: PlacerOptions;
  #timer: NodeJS.Timeout | undefined;
  #movedAt: number | undefined;

  constructor(options: PlacerOptions) {
    this.#options = options;
  }

  start(): void {
    const { everyMs, random = Math.random } = this.#options;
    const ms = everyMs() * (1 - jitter + 2 * jitter * random());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.reconcile();
      this.start();
    }, ms).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Never throws: what a peer said must not keep this node from going on. */
  reconcile(): void {
    const { question, carryOut, log } = this.#options;
    try {
      const asked = question(this.#movedAt);
      if (asked === undefined) {
        return;
      }
      const plan = choosePlacement(asked);
      if (plan.added.length + plan.dropped.length > 0) {
        if (plan.dropped.length > 0) {
          this.#movedAt = asked.now;
        }
        log('info', 'Other layers are to be hosted', { added: plan.added, dropped: plan.dropped });
        carryOut(plan);
      }
    } catch (error) {
      log('error', `What to host could not be decided: ${toAppError(error).message}`);
    }
  }
}
