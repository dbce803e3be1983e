/**
 * Which route an answer takes next: the best one, then one without the peers that failed. Where none is left, the request
 * waits a moment, since an engine that died is back within a second.
 */
import { setTimeout } from 'node:timers/promises';
import { asSentences } from '../../../../src-shared/sentences.ts';
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { type ChainFailure, isRefusal } from './chain-failure.ts';

/** How long after its start a request may wait for layers, in milliseconds: the user should get the error within two seconds. */
const patienceMs = 1800;
/** The same for layers that were hosted a moment ago, and for an answer with tokens: saving it is worth more than a quick end. */
const retryPatienceMs = 10_000;
const resumePatienceMs = 20_000;
/** The same where peers with its layers are silent: it takes time to find each of them out, and busy ones reply in the end. */
const silencePatienceMs = 20_000;
/** Added where all layers are hosted but full: sessions end all the time. */
const roomPatienceMs = 20_000;
const lookAgainMs = 100;

/** This many routes are tried however long that takes; more only within the time that a request may wait. */
const leastRoutes = 2;

/** @throws AppError `no-route`, `over-capacity` */
type PlanAround = (
  excluded: ReadonlySet<string>,
  avoided: ReadonlySet<string>,
) => readonly RouteStage[];

const none: ReadonlySet<string> = new Set();

export class RouteSearch {
  readonly #planAround: PlanAround;
  readonly #now: () => number;
  readonly #startedAt: number;
  #deadline: number;
  /**
   * Peers that failed this answer: ever, and since the search last waited. This is no evidence, since a full or unreachable
   * peer need not be at fault; faults are reported separately.
   */
  readonly #failed = new Set<string>();
  readonly #failedNow = new Set<string>();
  /** Peers that refused the request, which are not asked again. */
  readonly #refused = new Set<string>();
  #tried = 0;
  #hasTokens = false;
  #latest: AppError | undefined;

  /** `now`: monotonic time, in milliseconds. */
  constructor(planAround: PlanAround, now: () => number) {
    this.#planAround = planAround;
    this.#now = now;
    this.#startedAt = now();
    this.#deadline = this.#startedAt + patienceMs;
  }

  /**
   * The next route, without the avoided peers where that is possible.
   * @throws AppError `no-route`, the error of the last route, or `cancelled`
   */
  async next(signal: AbortSignal, avoided = none): Promise<readonly RouteStage[]> {
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
   * Notes that the latest route failed. `madeProgress`: it generated tokens first. `mayBeBack`: the peer at fault may serve
   * again soon.
   */
  exclude(failure: ChainFailure, madeProgress: boolean, mayBeBack: boolean): void {
    const { peer, error, isSilence } = failure;
    // A peer that hosted the layers a moment ago is likely to be back, or another to take them over.
    if (error.code !== 'over-capacity' && mayBeBack) {
      const patience = isSilence ? silencePatienceMs : retryPatienceMs;
      this.#deadline = Math.max(this.#deadline, this.#startedAt + patience);
    }
    if (madeProgress) {
      this.#hasTokens = true;
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

  /** The next route; undefined while there is none and waiting may help. */
  #plan(avoided: ReadonlySet<string>): readonly RouteStage[] | undefined {
    const isPatient = this.#isPatient(this.#latest);
    let route: readonly RouteStage[];
    try {
      const failed = isPatient ? this.#failedNow : this.#failed;
      route = this.#planAround(new Set([...failed, ...this.#refused]), avoided);
    } catch (error) {
      const reason = toAppError(error);
      // Waiting may bring back a peer that failed, but one that refused would refuse again.
      if (this.#refused.size > 0 && this.#failed.size === 0) {
        throw this.#latest ?? reason;
      }
      const isFull = [reason.code, this.#latest?.code].includes('over-capacity');
      // A question without tokens waits for a free session in the admission queue; an answer with tokens waits here.
      const mayWait = isFull ? this.#hasTokens : reason.code === 'no-route';
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
    const isFull = this.#hasTokens && failure?.code === 'over-capacity';
    return this.#now() < this.#deadline + (isFull ? roomPatienceMs : 0);
  }

  /** The layers that are missing now and the error of the last route. A full mesh is reported as full alone. */
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
