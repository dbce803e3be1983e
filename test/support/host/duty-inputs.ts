/** Machines for tests of the duty: an idle one with one card, and a run of one through time. */
import type { Duty, Facts, GpuFacts, PauseReasonName } from '../../../src-shared/duty.ts';
import { defaultPreferences, type Preferences } from '../../../src-shared/settings/preferences.ts';
import type { DutyInput, Work } from '../../../src-main/duty/duty-input.ts';
import type { Moment, Zone } from '../../../src-shared/local-time.ts';
import { type DutyRecord, initialDuty, nextDuty } from '../../../src-main/duty/next-duty.ts';
import { causeWords } from '../../../src-shared/words/words.ts';
import type { OwnerRequests } from '../../../src-main/duty/pause-request.ts';

type Known<T> = { readonly isKnown: true; readonly value: T };

export function known<T>(value: T): Known<T> {
  return { isKnown: true, value };
}

export const unknown = {
  isKnown: false,
  reason: { code: 'failed', message: 'no sensor' },
} as const;

export const card: GpuFacts = {
  id: 'GPU-1',
  name: 'RTX 4090',
  vendor: 'nvidia',
  isIntegrated: false,
  utilisation: known(0),
  othersUtilisation: known(0),
  memoryBytes: known(24e9),
  othersMemoryBytes: known(0),
  temperatureCelsius: known(40),
  powerWatts: known(30),
  fanShare: known(0),
};

export const idleFacts: Facts = {
  gpus: known([card]),
  inputIdleMs: known(3_600_000),
  games: known([]),
  onBattery: known(false),
  isLidClosed: known(false),
  isLocked: known(false),
  othersCpuShare: known(0.01),
  memory: known({ totalBytes: 32e9, availableBytes: 24e9 }),
  cpuTemperatureCelsius: known(45),
  network: known('online'),
};

const idleWork: Work = {
  engines: 'stopped',
  answersInFlight: 0,
  failure: null,
  usesGpu: true,
  backend: null,
  compute: null,
  videoMemoryNeededBytes: 5e9,
  mainMemoryNeededBytes: 0,
  othersOnDevices: {},
  isSuspending: false,
};

export const utc: Zone = () => 0;

/** Monday, 2026-06-15, 12:00 UTC. */
const mondayNoon = Date.UTC(2026, 5, 15, 12);

export const noon: Moment = { wallMs: mondayNoon, monotonicMs: 1_000_000, zone: utc };

export const idleInput: DutyInput = {
  facts: idleFacts,
  work: idleWork,
  preferences: defaultPreferences,
  requests: { mayWork: true, pause: null },
  now: noon,
};

/** The idle machine's card with these differences. */
export function cardWith(different: Partial<GpuFacts>): Pick<Facts, 'gpus'> {
  return { gpus: known([{ ...card, ...different }]) };
}

/** Differences of an input from that of the idle machine. */
export type Different = {
  readonly facts?: Partial<Facts>;
  readonly work?: Partial<Work>;
  readonly preferences?: Partial<Preferences>;
  readonly requests?: Partial<OwnerRequests>;
};

function inputWith({ facts, work, preferences, requests }: Different): DutyInput {
  return {
    facts: { ...idleFacts, ...facts },
    work: { ...idleInput.work, ...work },
    preferences: { ...idleInput.preferences, ...preferences },
    requests: { ...idleInput.requests, ...requests },
    now: noon,
  };
}

/** The name and the sentence of each reason for which a machine with stopped engines pauses. */
export function reasonsFor(different: Different): [PauseReasonName, string][] {
  const { duty } = nextDuty(initialDuty, inputWith(different));
  return duty.state === 'paused'
    ? duty.reasons.map(({ name, reason }) => [name, causeWords(reason, noon)])
    : [];
}

/** A machine whose readings a test changes over time. */
export class DutyRun {
  facts: Facts = idleFacts;
  work: Work = idleWork;
  preferences: Preferences = defaultPreferences;
  requests: OwnerRequests = idleInput.requests;
  now: Moment;
  #record: DutyRecord = initialDuty;

  constructor(now: Moment = noon) {
    this.now = now;
  }

  get record(): DutyRecord {
    return this.#record;
  }

  get duty(): Duty {
    return this.#record.duty;
  }

  /** Asks for the duty now. The time since the last input grows by itself, unless the test sets it. */
  look(different: Partial<Facts> = {}): Duty {
    this.facts = { ...this.facts, ...different };
    const { facts, work, preferences, requests, now } = this;
    this.#record = nextDuty(this.#record, { facts, work, preferences, requests, now });
    return this.#record.duty;
  }

  /** Moves both clocks, without a check. */
  pass(ms: number): void {
    const { wallMs, monotonicMs, zone } = this.now;
    this.now = { wallMs: wallMs + ms, monotonicMs: monotonicMs + ms, zone };
    const { inputIdleMs } = this.facts;
    if (inputIdleMs.isKnown) {
      this.facts = { ...this.facts, inputIdleMs: known(inputIdleMs.value + ms) };
    }
  }

  /** Checks every `stepMs` until `ms` have passed. */
  watch(ms: number, stepMs = 1000): Duty {
    for (let left = ms; left > 0; left -= stepMs) {
      this.pass(Math.min(stepMs, left));
      this.look();
    }
    return this.duty;
  }

  /** Replaces the record, as `withoutCoolDown` does. */
  replace(record: DutyRecord): void {
    this.#record = record;
  }

  setWork(different: Partial<Work>): void {
    this.work = { ...this.work, ...different };
  }

  /** An idle machine with loaded engines and answers under way. */
  static serving(answersInFlight = 1): DutyRun {
    const run = new DutyRun();
    run.look();
    run.setWork({ engines: 'ready', answersInFlight });
    run.look();
    return run;
  }
}
