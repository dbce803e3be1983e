import { expect, it } from 'vitest';
import { SpeedMeter } from './speed-meter.ts';

it('keeps the speed of the last seconds with work, however long ago they were', () => {
  const meter = new SpeedMeter();
  expect(meter.whileWorking()).toBe(0);
  for (let second = 0; second < 20; second += 1) {
    const start = second * 60_000;
    for (let token = 0; token < (second < 10 ? 500 : 30); token += 1) {
      meter.add(1, start + token);
    }
  }
  expect(meter.whileWorking()).toBe(30);
});

it('tells what came lately as nothing once it is ten seconds ago', () => {
  const meter = new SpeedMeter();
  meter.add(40, 1000);
  meter.add(60, 5500);
  expect(meter.lately(5900)).toBe(10);
  expect(meter.lately(11_000)).toBe(6);
  expect(meter.lately(60_000)).toBe(0);
});
