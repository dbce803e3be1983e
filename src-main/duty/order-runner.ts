/**
 * Makes the engines follow the duty: gives orders, waits for their ends, and logs how fast the machine was released.
 */
import { idleWords } from '../../src-shared/words/words.ts';
import type { Duty } from '../../src-shared/duty.ts';
import { describeCauses } from '../../src-shared/errors.ts';
import type { Log } from '../base/log.ts';
import type { DutyClock } from './duty-clock.ts';
import { carryOut, type DutyEffects } from './duty-effects.ts';
import {
  areStopped,
  type EngineOrders,
  firstOrders,
  nextOrders,
  type Order,
  type OrdersEffect,
} from './engine-orders.ts';
import { ReleaseClock } from './release-clock.ts';

export type OrderRunnerOptions = {
  readonly effects: DutyEffects;
  readonly clock: DutyClock;
  readonly log: Log;
  /** The newest order has been carried out, so that the duty may be another one. */
  readonly onDone: () => void;
};

/** The part of a duty that matters to the engines. */
export type OrderedDuty = {
  readonly duty: Duty;
  readonly answersOwner: boolean;
  /** Whether the reason for what the machine does has changed. */
  readonly isNews: boolean;
};

export class OrderRunner {
  readonly #options: OrderRunnerOptions;
  readonly #releaseClock: ReleaseClock;
  #orders = firstOrders;
  /** Callers that wait until no engine is left. */
  readonly #waiting = new Set<() => void>();

  constructor(options: OrderRunnerOptions) {
    this.#options = options;
    this.#releaseClock = new ReleaseClock(() => options.clock.now().monotonicMs);
  }

  get orders(): EngineOrders {
    return this.#orders;
  }

  /** Takes in the change from one duty to the next. */
  enter(previous: Duty, ordered: OrderedDuty): void {
    this.#releaseClock.enter(previous, ordered.duty);
    const { orders, effect } = nextOrders(this.#orders, { type: 'duty', ...ordered });
    this.#orders = orders;
    if (effect !== null) {
      void this.#perform(effect, ordered);
    }
  }

  /** Resolves when no engine is left, or when `letGo` is called. */
  async stopped(): Promise<void> {
    if (areStopped(this.#orders)) {
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    await promise;
  }

  /** Ends all waiting. */
  letGo(): void {
    for (const go of this.#waiting) {
      go();
    }
    this.#waiting.clear();
  }

  async #perform(effect: OrdersEffect, ordered: OrderedDuty): Promise<void> {
    if (effect.type === 'share') {
      await this.#carryOut('work', ordered);
      return;
    }
    const { order, releases } = effect;
    if (releases === 'own use') {
      this.#releaseClock.begin();
    }
    await this.#carryOut(order, ordered);
    if (releases !== 'nothing') {
      this.#tellHowFast(ordered.duty);
    }
    const before = this.#orders;
    this.#orders = nextOrders(before, { type: 'carried out', order }).orders;
    if (this.#orders !== before) {
      this.#options.onDone();
    }
    if (areStopped(this.#orders)) {
      this.letGo();
    }
  }

  async #carryOut(order: Order, { duty, answersOwner }: OrderedDuty): Promise<void> {
    const { effects, log } = this.#options;
    try {
      await carryOut(effects, order, { duty, answersOwner, share: this.#orders.share });
    } catch (error) {
      log.write('error', 'duty', 'An order to the mesh node failed', {
        cause: describeCauses(error),
      });
    }
  }

  #tellHowFast(duty: Duty): void {
    const ms = this.#releaseClock.tookMs;
    this.#options.log.write('info', 'duty', `The machine was released after ${ms} ms`, {
      ms,
      sentence: idleWords(duty, this.#options.clock.now()),
    });
  }
}
