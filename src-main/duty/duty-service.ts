/**
 * Runs the duty. It asks `nextDuty` whenever a reading, a request, a setting or an engine changes and when its one
 * timer fires, makes the engines follow, and measures how fast the machine was released.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Compute } from '../../src-shared/compute.ts';
import type { Duty, Facts, PauseChoice } from '../../src-shared/duty.ts';
import type { DutyView } from '../../src-shared/api/duty.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { Moment } from '../../src-shared/local-time.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import type { Warning } from '../../src-shared/warning.ts';
import { dutyWords, lookingWords } from '../../src-shared/words/words.ts';
import type { Log } from '../base/log.ts';
import type { FactsWatch } from '../sensors/watch-facts.ts';
import type { DutyClock } from './duty-clock.ts';
import type { DutyEffects } from './duty-effects.ts';
import type { Work } from './duty-input.ts';
import { type LoadSettings, loadSettings } from './load-settings.ts';
import { initialDuty, nextCheckAt, nextDuty, withoutCoolDown } from './next-duty.ts';
import { OrderRunner } from './order-runner.ts';
import { answersOwner } from './own-use.ts';
import { OwnersPause, type OwnersPauseOptions } from './owners-pause.ts';
import { askPause, type PauseRequest } from './pause-request.ts';
import { isFirstRoundOver, unwatchedFacts } from './readings.ts';
import { firstSeenWork, nextSeenWork, type SeenWork, workOf } from './seen-work.ts';

export type DutyServiceOptions = {
  readonly effects: DutyEffects;
  readonly settings: () => Settings;
  /** null while the node, and with it every engine, is not running. */
  readonly node: () => NodeStatus | null;
  /** What llama.cpp finds to compute on, once engines go by it; null until then. */
  readonly compute: () => Compute | null;
  /** null: the machine is not watched, since it is there for this work alone. */
  readonly watch: ((onChange: () => void) => FactsWatch) | null;
  readonly pauses: OwnersPauseOptions['pauses'];
  readonly clock: DutyClock;
  readonly log: Log;
  /** Tells the owner of a warning. */
  readonly warn: (warning: Warning) => void;
  /** Called when the view has changed. */
  readonly onChange: () => void;
};

/** A sensor that has not responded within this time counts as unknown, in milliseconds. */
const firstRoundWithinMs = 10_000;

const firstView: DutyView = {
  state: 'starting',
  isLooking: true,
  sentence: lookingWords,
  // The owner has just started the app, and should not wait for an answer until the machine has been checked.
  answersOwner: true,
  pause: null,
};

export class DutyService {
  readonly #options: DutyServiceOptions;
  readonly #watch: FactsWatch | undefined;
  readonly #pause: OwnersPause;
  readonly #runner: OrderRunner;
  #record = initialDuty;
  #view: DutyView = firstView;
  #seen: SeenWork;
  /** The settings that the faults so far belong to. */
  #loadSettings: LoadSettings;
  #firstRoundEndsAtMs = 0;
  #isSuspending = false;
  #phase: 'stopped' | 'watching' | 'deciding' = 'stopped';
  #cancelTimer: () => void = () => {};

  constructor(options: DutyServiceOptions) {
    const { watch, effects, clock, log, settings } = options;
    this.#options = options;
    this.#loadSettings = loadSettings(settings());
    this.#watch = watch?.(() => this.reconcile());
    this.#runner = new OrderRunner({ effects, clock, log, onDone: () => this.reconcile() });
    this.#pause = new OwnersPause(options);
    if (this.#watch !== undefined) {
      this.#pause.restore(clock.now());
    }
    this.#seen = firstSeenWork(this.#mayUseGpu(settings()));
  }

  get view(): DutyView {
    return this.#view;
  }

  /** The newest facts of the sensors; null where nothing is watched. */
  get facts(): Facts | null {
    return this.#watch?.facts ?? null;
  }

  /** Begins to watch, and to give orders. */
  start(): void {
    const { clock } = this.#options;
    this.#phase = 'watching';
    const waitMs = this.#watch === undefined ? 0 : firstRoundWithinMs;
    this.#firstRoundEndsAtMs = clock.now().monotonicMs + waitMs;
    this.#watch?.start();
    this.reconcile();
  }

  /** Gives no more orders. Resolves when no timer and no process of the watching is left. */
  async stop(): Promise<void> {
    this.#phase = 'stopped';
    this.#cancelTimer();
    this.#runner.letGo();
    await this.#watch?.stop();
  }

  pause(choice: PauseChoice): DutyView {
    return this.#request(askPause(choice, this.#options.clock.now()));
  }

  resume(): DutyView {
    this.#record = withoutCoolDown(this.#record);
    return this.#request(null);
  }

  /** The owner wants another try now: the waiting after a fault ends. */
  tryAgain(): void {
    this.#record = withoutCoolDown(this.#record);
    this.reconcile();
  }

  /** The computer is about to sleep. Resolves when no engine is left, or it wakes up or the app ends first. */
  async suspend(): Promise<void> {
    this.#isSuspending = true;
    this.reconcile();
    if (this.#phase !== 'stopped') {
      await this.#runner.stopped();
    }
  }

  /** The computer has slept: what was known of it before is outdated. */
  wakeUp(): void {
    this.#isSuspending = false;
    this.#runner.letGo();
    this.#watch?.refresh();
    this.reconcile();
  }

  /** Something that the duty depends on changed. */
  reconcile(): void {
    // An order that is carried out at once calls this again.
    if (this.#phase !== 'watching') {
      return;
    }
    this.#phase = 'deciding';
    try {
      this.#reconcile();
    } finally {
      this.#decided();
    }
  }

  /** The decision may have led to a stop. */
  #decided(): void {
    if (this.#phase === 'deciding') {
      this.#phase = 'watching';
    }
  }

  #reconcile(): void {
    const { clock } = this.#options;
    const now = clock.now();
    const facts = this.#watch?.facts ?? unwatchedFacts;
    this.#cancelTimer();
    const isKnown = isFirstRoundOver(facts) && this.#isComputeKnown();
    if (now.monotonicMs < this.#firstRoundEndsAtMs && !isKnown) {
      this.#reconcileIn(this.#firstRoundEndsAtMs - now.monotonicMs);
      return;
    }
    this.#firstRoundEndsAtMs = Number.NEGATIVE_INFINITY;
    this.#pause.endWhenOver(now);
    const previous = this.#record.duty;
    this.#forgetFaultsOfOtherSettings();
    this.#record = nextDuty(this.#record, this.#input(facts, now));
    this.#reconcileIn(nextCheckAt(this.#record) - now.monotonicMs);
    this.#enter(previous, this.#record.duty, now);
    this.#watch?.retime();
  }

  /** A fault says nothing about other layers, nor about the same layers loaded with other settings. */
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
    const requests = { mayWork, pause: this.#pause.request };
    return { facts, work: this.#work(facts, settings), preferences: settings, requests, now };
  }

  #work(facts: Facts, settings: Settings): Work {
    const status = this.#options.node();
    this.#seen = nextSeenWork(
      this.#seen,
      status ?? { shards: [] },
      facts.gpus,
      settings,
      this.#options.compute(),
    );
    return {
      ...workOf(this.#seen, this.#runner.orders, status),
      isSuspending: this.#isSuspending,
      ...(this.#mayUseGpu(settings) ? {} : { usesGpu: false }),
    };
  }

  /** Layers are loaded onto the right devices at once, and room is compared with what they will take of them. */
  #isComputeKnown(): boolean {
    return !this.#mayUseGpu(this.#options.settings()) || this.#options.compute() !== null;
  }

  /** The cards of an unwatched machine are not read, since it is there for this work alone. */
  #mayUseGpu({ backend }: Settings): boolean {
    return this.#watch !== undefined && backend !== 'cpu';
  }

  #enter(previous: Duty, duty: Duty, now: Moment): void {
    const { log, onChange } = this.#options;
    const view = {
      ...duty,
      sentence: dutyWords(duty, now),
      answersOwner: this.#answersOwner(duty),
      pause: this.#pause.choice,
    };
    const isSame = isDeepStrictEqual(view, this.#view);
    const isNews = view.sentence !== this.#view.sentence;
    this.#view = view;
    if (isNews) {
      log.write('info', 'duty', view.sentence);
    }
    this.#runner.enter(previous, { duty, answersOwner: view.answersOwner, isNews });
    if (!isSame) {
      onChange();
    }
  }

  #answersOwner(duty: Duty): boolean {
    return !this.#isSuspending && answersOwner(duty);
  }

  #request(pause: PauseRequest | null): DutyView {
    this.#pause.set(pause);
    this.reconcile();
    return this.#view;
  }

  #reconcileIn(ms: number): void {
    this.#cancelTimer = this.#options.clock.after(Math.max(1, Math.ceil(ms)), () =>
      this.reconcile(),
    );
  }
}
