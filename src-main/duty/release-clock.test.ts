import { expect, it } from 'vitest';
import type { Duty } from '../../src-shared/duty.ts';
import { ReleaseClock } from './release-clock.ts';

const paused: Duty = { state: 'paused', reasons: [] };
const patient: Duty = {
  state: 'draining',
  reasons: [],
  deadline: { kind: 'when answered', atMs: null },
  isEnding: false,
};
const urgent: Duty = { ...patient, deadline: { kind: 'by', atMs: 400 } };

function at(ms: number): { clock: ReleaseClock; pass: (ms: number) => void } {
  let now = ms;
  return {
    clock: new ReleaseClock(() => now),
    pass: (passed) => {
      now += passed;
    },
  };
}

it('measures from the drain that began the release', () => {
  const { clock, pass } = at(1000);
  pass(500);
  clock.enter({ state: 'starting' }, urgent);
  pass(100.4);
  clock.enter(urgent, { ...urgent, isEnding: true });
  pass(300);
  clock.enter(urgent, paused);
  expect(clock.tookMs).toBe(400);
});

it('measures anew when a drain that could wait no longer can', () => {
  const { clock, pass } = at(0);
  clock.enter({ state: 'starting' }, patient);
  pass(60_000);
  clock.enter(patient, urgent);
  pass(350);
  expect(clock.tookMs).toBe(350);
});

it('measures the end of the owner’s own use from its order on', () => {
  const { clock, pass } = at(0);
  clock.enter({ state: 'starting' }, urgent);
  pass(9000);
  clock.begin();
  pass(30);
  expect(clock.tookMs).toBe(30);
});
