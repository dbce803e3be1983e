/**
 * The duty machine at work: asks `nextDuty` whenever a reading, a request, a setting or an engine changes and when
 * its one timer rings, has the engines follow, and measures how fast the machine was released.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Duty, Facts, PauseChoice } from '../../src-shared/duty.ts';
import { describeCauses } from '../../src-shared/errors.ts';
import type { DutyView } from '../../src-shared/api/duty.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { fullComputeShare, type ComputeShare } from '../../src-shared/compute-share.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import type { Warning } from '../../src-shared/warning.ts';
import type { Log } from '../base/log.ts';
import type { FactsWatch } from '../sensors/watch-facts.ts';
import type { DutyClock } from './duty-clock.ts';
import type { Work } from './duty-input.ts';
import {
  carryOut,
  type DutyEffects,
  isRelease,
  isSameTrigger,
  type Order,
  orderFor,
  computeShareOf,
} from './duty-orders.ts';
import { dutyWords, idleWords } from '../../src-shared/words/words.ts';
import { answersInFlight, failureOf, isReady, type Loaded } from './engine-work.ts';
import { type LoadSettings, loadSettings } from './load-settings.ts';
import type { Moment } from '../../src-shared/local-time.ts';
import { neededMemory } from './needed-memory.ts';
import { answersOwner } from './own-use.ts';
import { initialDuty, lookAgainAt, nextDuty, withoutCoolDown } from './next-duty.ts';
import {
  askPause,
  isPauseOver,
  type PauseRequest,
  restorePause,
  type StoredPause,
} from './pause-request.ts';
import { isFirstRoundOver, unwatchedFacts } from './readings.ts';

export type DutyServiceOptions = {
  readonly effects: DutyEffects;
  readonly settings: () => Settings;
  /** null while the node, and with it every engine, is not running. */
  readonly node: () => NodeStatus | null;
  /** null watches nothing: the machine is there for this work alone. */
  readonly watch: ((onChange: () => void) => FactsWatch) | null;
  readonly pauses: { read(): StoredPause | null; write(pause: StoredPause | null): void };
  readonly clock: DutyClock;
  readonly log: Log;
  /** Tells the owner. */
  readonly warn: (warning: Warning) => void;
  /** The view is another one. */
  readonly onChange: () => void;
};

/** A sensor that has not answered by now will not; then it counts as unknown. */
const firstRoundWithinMs = 10_000;

const firstView: DutyView = {
  state: 'starting',
  isLooking: true,
  sentence: 'Starting: looking at what this computer does',
  // Nobody who just started it should wait until the machine has been looked at.
  answersOwner: true,
  pause: null,
};

export class DutyService {
  readonly #options: DutyServiceOptions;
  readonly #watch: FactsWatch | undefined;
  #record = initialDuty;
  #view: DutyView = firstView;
  #pause: PauseRequest | null;
  #loaded: Loaded;
  /** Of the newest time of serving; a start does not know better. */
  #computeShare: ComputeShare = fullComputeShare;
  /** The node starts without engines. */
  #order: Order = 'own';
  /** Whether the newest order is carried out. */
  #isDone = true;
  /** When the newest release began, in monotonic time. */
  #triggeredAtMs = 0;
  #firstRoundEndsAtMs = 0;
  #loadSettings: LoadSettings;
  #failure: Work['failure'] = null;
  #hasFailed = false;
  #isSuspending = false;
  /** Whoever waits until no engine is left. */
  readonly #waiting = new Set<() => void>();
  #isRunning = false;
  #isLooking = false;
  #cancelTimer: () => void = () => {};

  constructor(options: DutyServiceOptions) {
    const { watch, pauses, clock, settings } = options;
    this.#options = options;
    this.#loadSettings = loadSettings(settings());
    this.#watch = watch?.(() => this.reconcile());
    const stored = this.#watch === undefined ? null : pauses.read();
    this.#pause = stored === null ? null : restorePause(stored, clock.now());
    if (this.#pause === null && stored !== null) {
      this.#setPause(null);
    }
    const mayUseGpu = this.#watch !== undefined && settings().backend !== 'cpu';
    this.#loaded = { usesGpu: mayUseGpu, backend: null, videoMemoryNeededBytes: 0 };
  }

  get view(): DutyView {
    return this.#view;
  }

  /** What the sensors read last; null where nobody watches. */
  get facts(): Facts | null {
    return this.#watch?.facts ?? null;
  }

  /** Begins to watch, and to give orders. */
  start(): void {
    const { clock } = this.#options;
    this.#isRunning = true;
    const waitMs = this.#watch === undefined ? 0 : firstRoundWithinMs;
    this.#firstRoundEndsAtMs = clock.now().monotonicMs + waitMs;
    this.#watch?.start();
    this.reconcile();
  }

  /** Gives no more orders. Resolves when no timer and no process of the watching is left. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelTimer();
    this.#release();
    await this.#watch?.stop();
  }

  pause(choice: PauseChoice): DutyView {
    return this.#request(askPause(choice, this.#options.clock.now()));
  }

  resume(): DutyView {
    this.#record = withoutCoolDown(this.#record);
    return this.#request(null);
  }

  /** What failed before may work now: nothing waits after a fault any more. */
  tryAgain(): void {
    this.#record = withoutCoolDown(this.#record);
    this.reconcile();
  }

  /** The computer is about to sleep. Resolves when no engine is left, or it wakes up or the app ends first. */
  async suspend(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#isSuspending = true;
    this.#waiting.add(resolve);
    this.reconcile();
    if (this.#isRunning && !(this.#order === 'stop' && this.#isDone)) {
      await promise;
    }
    this.#waiting.delete(resolve);
  }

  /** It has slept: what was known of it before is old. */
  wakeUp(): void {
    this.#isSuspending = false;
    this.#release();
    this.#watch?.refresh();
    this.reconcile();
  }

  /** Something that the duty depends on changed. */
  reconcile(): void {
    // An order that is carried out at once leads back to here.
    if (!this.#isRunning || this.#isLooking) {
      return;
    }
    this.#isLooking = true;
    try {
      this.#reconcile();
    } finally {
      this.#isLooking = false;
    }
  }

  #reconcile(): void {
    const { clock } = this.#options;
    const now = clock.now();
    const facts = this.#watch?.facts ?? unwatchedFacts;
    this.#cancelTimer();
    if (now.monotonicMs < this.#firstRoundEndsAtMs && !isFirstRoundOver(facts)) {
      this.#reconcileIn(this.#firstRoundEndsAtMs - now.monotonicMs);
      return;
    }
    this.#firstRoundEndsAtMs = Number.NEGATIVE_INFINITY;
    if (this.#pause !== null && isPauseOver(this.#pause, now)) {
      this.#setPause(null);
    }
    const previous = this.#record.duty;
    this.#forgetFaultsOfOtherSettings();
    this.#record = nextDuty(this.#record, this.#input(facts, now));
    this.#reconcileIn(lookAgainAt(this.#record) - now.monotonicMs);
    this.#enter(previous, this.#record.duty, now);
  }

  /** A fault says nothing about other layers, or about the same ones loaded in another way. */
  #forgetFaultsOfOtherSettings(): void {
    const load = loadSettings(this.#options.settings());
    if (!isDeepStrictEqual(load, this.#loadSettings)) {
      this.#loadSettings = load;
      this.#record = withoutCoolDown(this.#record);
    }
  }

  #input(facts: Facts, now: Moment): Parameters<typeof nextDuty>[1] {
    const settings = this.#options.settings();
    const mayWork = settings.shards?.length !== 0 || settings.hosting === 'automatic';
    const requests = { mayWork, pause: this.#pause };
    return { facts, work: this.#work(facts, settings), preferences: settings, requests, now };
  }

  #work(facts: Facts, settings: Settings): Work {
    const status = this.#options.node();
    const shards = status?.shards ?? [];
    this.#loaded = neededMemory(shards, this.#loaded, facts.gpus, settings);
    return {
      engines: this.#engines(status),
      // The node tells late of sessions that begin; once it drains, none does.
      answersInFlight: Math.max(
        answersInFlight(shards),
        this.#order === 'drain' && this.#isDone ? 0 : 1,
      ),
      failure: this.#newestFailure(shards),
      isSuspending: this.#isSuspending,
      ...this.#loaded,
      ...(this.#watch === undefined || settings.backend === 'cpu' ? { usesGpu: false } : {}),
    };
  }

  /** Counted once each time that hope is lost. */
  #newestFailure(shards: NodeStatus['shards']): Work['failure'] {
    const failure = failureOf(shards);
    if (failure !== null && !this.#hasFailed) {
      const { code, message } = failure;
      this.#failure = { number: (this.#failure?.number ?? 0) + 1, code, sentence: message };
    }
    this.#hasFailed = failure !== null;
    return this.#failure;
  }

  #engines(status: NodeStatus | null): Work['engines'] {
    if (isRelease(this.#order)) {
      return this.#isDone ? 'stopped' : 'ready';
    }
    const isLoading = this.#order === 'work' && !this.#isDone;
    return status !== null && !isLoading && isReady(status.shards) ? 'ready' : 'starting';
  }

  #enter(previous: Duty, duty: Duty, now: Moment): void {
    const { log, onChange } = this.#options;
    const view = {
      ...duty,
      sentence: dutyWords(duty, now),
      answersOwner: this.#answersOwner(duty),
      pause: this.#pause?.choice ?? null,
    };
    const isSame = isDeepStrictEqual(view, this.#view);
    const isNews = view.sentence !== this.#view.sentence;
    this.#view = view;
    if (isNews) {
      log.write('info', 'duty', view.sentence);
    }
    if (duty.state === 'draining' && !isSameTrigger(previous, duty)) {
      this.#triggeredAtMs = now.monotonicMs;
    }
    const order = orderFor(duty, this.#answersOwner(duty));
    const pace = duty.state === 'serving' ? computeShareOf(duty) : this.#computeShare;
    const hasOtherPace = !isDeepStrictEqual(pace, this.#computeShare);
    this.#computeShare = pace;
    if (order !== this.#order || (isRelease(order) && isNews)) {
      void this.#carryOut(order, idleWords(duty, now));
    } else if (hasOtherPace) {
      void this.#carryOutSafely('work', view.sentence);
    }
    if (!isSame) {
      onChange();
    }
  }

  #answersOwner(duty: Duty): boolean {
    return !this.#isSuspending && answersOwner(duty);
  }

  async #carryOut(order: Order, sentence: string): Promise<void> {
    const wasReleased = isRelease(this.#order);
    const endsOwnUse = order === 'stop' && this.#order === 'own' && this.#isDone;
    const isReleasing = endsOwnUse || (isRelease(order) && !wasReleased);
    if (endsOwnUse) {
      this.#triggeredAtMs = this.#options.clock.now().monotonicMs;
    }
    this.#order = order;
    // Told once more why, engines that are gone stay gone.
    this.#isDone = isRelease(order) && wasReleased && this.#isDone;
    await this.#carryOutSafely(order, sentence);
    if (isReleasing) {
      this.#tellHowFast(sentence);
    }
    if (order === this.#order && !this.#isDone) {
      this.#isDone = true;
      this.reconcile();
    }
    if (this.#order === 'stop' && this.#isDone) {
      this.#release();
    }
  }

  #release(): void {
    for (const go of this.#waiting) {
      go();
    }
  }

  async #carryOutSafely(order: Order, sentence: string): Promise<void> {
    const { effects, log } = this.#options;
    try {
      await carryOut(effects, order, sentence, this.#view.answersOwner, this.#computeShare);
    } catch (error) {
      log.write('error', 'duty', 'An order to the mesh node failed', {
        cause: describeCauses(error),
      });
    }
  }

  #tellHowFast(sentence: string): void {
    const { clock, log } = this.#options;
    const ms = Math.round(clock.now().monotonicMs - this.#triggeredAtMs);
    log.write('info', 'duty', `The machine was released after ${ms} ms`, { ms, sentence });
  }

  #request(pause: PauseRequest | null): DutyView {
    this.#setPause(pause);
    this.reconcile();
    return this.#view;
  }

  /** A full disk must not keep the owner from pausing. */
  #setPause(pause: PauseRequest | null): void {
    const { pauses, log, warn } = this.#options;
    this.#pause = pause;
    try {
      pauses.write(pause);
    } catch (error) {
      log.write('error', 'store', 'A pause could not be written', { cause: describeCauses(error) });
      warn({ code: 'pause-not-stored' });
    }
  }

  #reconcileIn(ms: number): void {
    this.#cancelTimer = this.#options.clock.after(Math.max(1, Math.ceil(ms)), () =>
      this.reconcile(),
    );
  }
}
