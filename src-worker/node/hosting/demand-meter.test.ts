import { expect, it } from 'vitest';
import { DemandMeter } from './demand-meter.ts';

it('approaches the rate of a steady demand', () => {
  const clock = { now: 0 };
  const meter = new DemandMeter(() => clock.now);
  for (let second = 0; second < 2 * 3600; second += 1) {
    meter.add('llama', 5);
    clock.now += 1000;
  }
  expect(meter.perSecond().get('llama')).toBeCloseTo(5, 1);
});

it('halves a demand that has ended, and forgets it in the end', () => {
  const clock = { now: 0 };
  const meter = new DemandMeter(() => clock.now);
  meter.add('llama', 600);
  meter.add('llama', 600);
  const before = meter.perSecond().get('llama') ?? 0;
  clock.now += 10 * 60_000;
  expect(meter.perSecond().get('llama')).toBeCloseTo(before / 2);
  clock.now += 3 * 3600_000;
  expect(meter.perSecond().size).toBe(0);
});

it('counts a bounded number of models: the one with the oldest demand is forgotten first', () => {
  const meter = new DemandMeter(() => 0);
  for (let index = 0; index < 300; index += 1) {
    meter.add(`model ${index}`, 100);
  }
  expect(meter.perSecond().size).toBe(256);
  expect(meter.perSecond().has('model 0')).toBe(false);
});
