/**
 * Which route an answer takes next: the best one, then one around the peers that failed. Where none is left,
 * a request waits a moment, since an engine that died is back within a second.
 */
import { setTimeout } from 'node:timers/promises';
import { asSentences } from '../../../../src-shared/sentences.ts';
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { type ChainFailure, isRefusal } from './chain-failure.ts';

/** How long after its start a request may wait for layers, in milliseconds; the asker is to know within two seconds. */
const patienceMs = 1800;
/** How long it may where its layers were there a moment ago, and an answer that had begun: that is worth more than a quick end. */
const retryPatienceMs = 10_000;
const resumePatienceMs = 20_000;
/** How long where peers with its layers do not answer: each takes its time to find out, and busy ones answer in the end. */
const silencePatienceMs = 20_000;
/** On top where all layers are there and only full: sessions end all the time. */
const roomPatienceMs = 20_000;
const lookAgainMs = 100;

/** Routes that are tried however long it takes; after that, only while there is patience. */
const leastRoutes = 2;

/** @throws AppError `no-route`, `over-capacity` */
type PlanAround = (
  excluded: ReadonlySet<string>,
  avoided: ReadonlySet<string>,
) => readonly RouteStage[];

const nobody: ReadonlySet<string> = new Set();

export class RouteSearch {
  readonly #planAround: PlanAround;
  readonly #now: () => number;
  readonly #startedAt: number;
  #deadline: number;
  /**
   * Peers that failed this answer, ever and since this last waited. A full or lost one need not be at fault, so this is no
   * evidence; what is, is reported beside it.
   */
  readonly #failed = new Set<string>();
  readonly #failedNow = new Set<string>();
  /** Peers that refused the request; asked once is enough. */
  readonly #refused = new Set<string>();
  #tried = 0;
  #hasAnswered = false;
  #latest: AppError | undefined;

  /** `now`: monotonic time, in milliseconds. */
  constructor(planAround: PlanAround, now: () => number) {
    this.#planAround = planAround;
    this.#now = now;
    this.#startedAt = now();
    this.#deadline = this.#startedAt + patienceMs;
  }

  /**
   * A route without those that are avoided, where there is one.
   * @throws AppError `no-route`, what the last route failed of, or `cancelled`
   */
  async next(signal: AbortSignal, avoided = nobody): Promise<readonly RouteStage[]> {
    for (;;) {
      const route = this.#plan(avoided);
      if (route !== undefined) {
        return route;
      }
      try {
        await setTimeout(lookAgainMs, undefined, { signal });
      } catch (error) {
        throw new AppError('cancelled', 'The request was cancelled', { cause: error });
      }
      // A peer that failed may be back.
      this.#failedNow.clear();
    }
  }

  /**
   * The route that was given last failed. `hasAnswered`: it brought the answer on first. `mayBeBack`: whose fault it was
   * may serve again soon.
   */
  exclude(failure: ChainFailure, hasAnswered: boolean, mayBeBack: boolean): void {
    const { peer, error, isSilence } = failure;
    // A peer that hosted the layers a moment ago is likely to be back, or another to take them over.
    if (error.code !== 'over-capacity' && mayBeBack) {
      const patience = isSilence ? silencePatienceMs : retryPatienceMs;
      this.#deadline = Math.max(this.#deadline, this.#startedAt + patience);
    }
    if (hasAnswered) {
      this.#hasAnswered = true;
      this.#deadline = this.#now() + (mayBeBack ? resumePatienceMs : patienceMs);
      this.#failed.clear();
      this.#tried = 0;
    }
    if (isRefusal(error)) {
      this.#refused.add(peer);
    } else {
      this.#failed.add(peer);
      this.#failedNow.add(peer);
    }
    this.#tried += 1;
    this.#latest = error;
  }

  /** Undefined while there is none and waiting may help. */
  #plan(avoided: ReadonlySet<string>): readonly RouteStage[] | undefined {
    const isPatient = this.#isPatient(this.#latest);
    let route: readonly RouteStage[];
    try {
      const failed = isPatient ? this.#failedNow : this.#failed;
      route = this.#planAround(new Set([...failed, ...this.#refused]), avoided);
    } catch (error) {
      const reason = toAppError(error);
      // Waiting brings back a peer that failed; one that refuses would only say the same again.
      if (this.#refused.size > 0 && this.#failed.size === 0) {
        throw this.#latest ?? reason;
      }
      const isFull = [reason.code, this.#latest?.code].includes('over-capacity');
      // A question without an answer yet waits for a place in its turn, with the others; an answer keeps its turn.
      const mayWait = isFull ? this.#hasAnswered : reason.code === 'no-route';
      if (mayWait && (isPatient || this.#isPatient(reason))) {
        return undefined;
      }
      throw this.#explain(reason);
    }
    if (this.#latest !== undefined && this.#tried >= leastRoutes && !isPatient) {
      throw this.#latest;
    }
    return route;
  }

  #isPatient(failure: AppError | undefined): boolean {
    const isFull = this.#hasAnswered && failure?.code === 'over-capacity';
    return this.#now() < this.#deadline + (isFull ? roomPatienceMs : 0);
  }

  /** What is missing now, and what the last route failed of. A full mesh says only that. */
  #explain(reason: AppError): AppError {
    const latest = this.#latest;
    if (latest === undefined) {
      return reason;
    }
    if (reason.code === 'over-capacity') {
      return reason;
    }
    return latest.code === 'over-capacity' || reason.code !== 'no-route'
      ? latest
      : new AppError(latest.code, asSentences(reason.message, latest.message), { cause: latest });
  }
}
