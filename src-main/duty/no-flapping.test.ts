/** What holds whatever the sensors report: properties of the duty under noise. */
import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  double,
  integer,
  oneof,
  property,
  record,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts, Reading, RunningGame } from '../../src-shared/duty.ts';
import { card, DutyRun, idleFacts, known, unknown } from '../../test/support/host/duty-inputs.ts';
import { initialDuty, nextDuty } from './next-duty.ts';

const quietMs = 60_000;

/** Mostly the usual value, sometimes another one, sometimes no reading. */
function noisy<T>(usual: T, other: Arbitrary<T>): Arbitrary<Reading<T>> {
  return oneof(
    { weight: 12, arbitrary: constant(known(usual)) },
    { weight: 1, arbitrary: other.map(known) },
    { weight: 1, arbitrary: constant(unknown) },
  );
}

const share = double({ min: 0, max: 1 });
const noisyCard = record({
  othersUtilisation: noisy(0, share),
  temperatureCelsius: noisy(50, double({ min: 0, max: 110 })),
  othersMemoryBytes: noisy(0, double({ min: 0, max: 24e9 })),
}).map((readings) => ({ ...card, ...readings }));

const noisyFacts: Arbitrary<Facts> = record({
  gpus: oneof(
    { weight: 30, arbitrary: array(noisyCard, { minLength: 1, maxLength: 1 }).map(known) },
    { weight: 1, arbitrary: constant(unknown) },
  ),
  memory: noisy(24e9, double({ min: 0, max: 32e9 })).map((reading) =>
    reading.isKnown ? known({ totalBytes: 32e9, availableBytes: reading.value }) : unknown,
  ),
  inputIdleMs: noisy(7_200_000, integer({ min: 0, max: 7_200_000 })),
  games: noisy<readonly RunningGame[]>(
    [],
    constantFrom<readonly RunningGame[]>(
      [{ name: 'Hades', foundBy: 'launcher folder' }],
      [{ name: 'VLC', foundBy: 'full screen' }],
    ),
  ),
  onBattery: noisy(false, constant(true)),
  isLidClosed: noisy(false, boolean()),
  isLocked: noisy(false, boolean()),
  othersCpuShare: noisy(0.01, share),
  cpuTemperatureCelsius: noisy(50, double({ min: 0, max: 110 })),
  network: noisy('online', constantFrom('offline', 'metered')),
});

const stepMs = integer({ min: 100, max: 5000 });

/** Noise with quiet stretches, so that the machine begins to work again and again. */
const noisyTime = array(
  oneof(
    record({ facts: noisyFacts, repeated: constant(1), stepMs }),
    record({ facts: noisyFacts, repeated: integer({ min: 1, max: 30 }), stepMs }),
    record({ facts: constant(idleFacts), repeated: integer({ min: 1, max: 150 }), stepMs }),
  ),
  { minLength: 1, maxLength: 60 },
);

/**
 * Whether these facts alone, to a machine without a past, are a reason to pause. Input has its own five minutes,
 * so four-minute-old input may be over in one.
 */
function isHint(run: DutyRun): boolean {
  const { work, preferences, requests, now } = run;
  const { inputIdleMs } = run.facts;
  const facts = inputIdleMs.isKnown
    ? { ...run.facts, inputIdleMs: known(inputIdleMs.value + quietMs) }
    : run.facts;
  const alone = {
    facts,
    work: { ...work, engines: 'stopped' as const },
    preferences,
    requests,
    now,
  };
  return nextDuty(initialDuty, alone).duty.state !== 'starting';
}

/** Makes the engines follow the duty as a host does: loaded in one step, gone in the next. */
function obey(run: DutyRun): void {
  const { duty } = run;
  if (duty.state === 'starting') {
    run.setWork({ engines: run.work.engines === 'stopped' ? 'starting' : 'ready' });
  } else if (duty.state === 'draining') {
    run.setWork({ engines: duty.isEnding ? 'stopped' : run.work.engines });
  }
}

describe('under noisy readings', () => {
  it('no hint is overlooked, and work begins again only after a steady minute without any', () => {
    let restarts = 0;
    assert(
      property(noisyTime, (steps) => {
        const run = new DutyRun();
        let lastHintMs = Number.NEGATIVE_INFINITY;
        let stoppedAtMs = Number.NEGATIVE_INFINITY;
        let wasWorking = false;
        for (const { facts, stepMs } of steps.flatMap((step) =>
          Array.from({ length: step.repeated }, () => step),
        )) {
          run.pass(stepMs);
          run.look(facts);
          const now = run.now.monotonicMs;
          lastHintMs = isHint(run) ? now : lastHintMs;
          const isWorking = run.duty.state === 'starting' || run.duty.state === 'serving';
          if (isWorking) {
            expect(now - lastHintMs).toBeGreaterThanOrEqual(quietMs);
          }
          if (isWorking && !wasWorking) {
            expect(now - stoppedAtMs).toBeGreaterThanOrEqual(quietMs);
            restarts += stoppedAtMs > 0 ? 1 : 0;
          }
          stoppedAtMs = wasWorking && !isWorking ? now : stoppedAtMs;
          wasWorking = isWorking;
          obey(run);
        }
      }),
      { numRuns: 200 },
    );
    // There must be runs in which work follows work, or nothing would be proven.
    expect(restarts).toBeGreaterThan(20);
  });

  it('a pause always has its reasons, in display order and once each', () => {
    assert(
      property(noisyTime, (steps) => {
        const run = new DutyRun();
        for (const { facts, stepMs } of steps) {
          run.pass(stepMs);
          const duty = run.look(facts);
          if (duty.state === 'paused') {
            const names = duty.reasons.map(({ name }) => name);
            expect(names.length).toBeGreaterThan(0);
            expect(new Set(names).size).toBe(names.length);
          }
          obey(run);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a reading that is not known', () => {
  const idleReadings = ['inputIdleMs', 'games', 'onBattery', 'othersCpuShare'] as const;
  it.each(idleReadings)('never lets work begin, and ends it: %s', (name) => {
    const run = new DutyRun();
    run.look({ [name]: unknown });
    expect(run.duty.state).toBe('paused');
    expect(run.watch(600_000).state).toBe('paused');
    const serving = DutyRun.serving();
    expect(serving.look({ [name]: unknown }).state).toBe('draining');
  });
});
