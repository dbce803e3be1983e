import { expect, it } from 'vitest';
import { SpeedMeter } from './speed-meter.ts';

it('keeps the speed of the last seconds with tokens, however long ago they were', () => {
  const meter = new SpeedMeter();
  expect(meter.whileActive()).toBe(0);
  for (let second = 0; second < 20; second += 1) {
    const start = second * 60_000;
    for (let token = 0; token < (second < 10 ? 500 : 30); token += 1) {
      meter.add(1, start + token);
    }
  }
  expect(meter.whileActive()).toBe(30);
});

it('has a recent speed of 0 once the last token is ten seconds ago', () => {
  const meter = new SpeedMeter();
  meter.add(40, 1000);
  meter.add(60, 5500);
  expect(meter.lately(5900)).toBe(10);
  expect(meter.lately(11_000)).toBe(6);
  expect(meter.lately(60_000)).toBe(0);
});
