import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NetworkWatch } from './network-watch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function watched() {
  const world = { addresses: '192.0.2.1/24', wall: 1_800_000_000_000, steady: 0, changes: 0 };
  const watch = new NetworkWatch({
    onChange: () => {
      world.changes += 1;
    },
    addresses: () => world.addresses,
    clocks: () => [world.wall, world.steady],
  });
  watch.start();
  const pass = (wallMs: number, steadyMs = wallMs): number => {
    world.wall += wallMs;
    world.steady += steadyMs;
    vi.advanceTimersByTime(5000);
    return world.changes;
  };
  return { world, watch, pass };
}

it('notices other addresses, once', () => {
  const { world, pass } = watched();
  expect(pass(5000)).toBe(0);
  world.addresses = '192.0.2.2/24';
  expect(pass(5000)).toBe(1);
  expect(pass(5000)).toBe(1);
  world.addresses = '';
  expect(pass(5000)).toBe(2);
});

it('notices a sleep by whichever clock went on, and no busy moment', () => {
  const { pass } = watched();
  expect(pass(9000)).toBe(0);
  expect(pass(180_000, 5000)).toBe(1);
  expect(pass(5000, 180_000)).toBe(2);
  // The clock was set back.
  expect(pass(-3_600_000, 5000)).toBe(2);
  expect(pass(5000)).toBe(2);
});

it('looks no more once it is stopped', () => {
  const { world, watch, pass } = watched();
  watch.stop();
  world.addresses = '';
  expect(pass(180_000)).toBe(0);
});
