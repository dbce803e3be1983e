import { expect, it } from 'vitest';
import { HalfPunched } from './half-punched.ts';
import { StrangersPace } from './strangers-pace.ts';

it('strangers are replied to so many at once, and so many a second after that', () => {
  let now = 0;
  const pace = new StrangersPace({ perSecond: 10, atOnce: 20 }, () => now);
  const takeAll = (): number => {
    let taken = 0;
    while (pace.take()) {
      taken += 1;
    }
    return taken;
  };
  expect(takeAll()).toBe(20);
  now = 500;
  expect(takeAll()).toBe(5);
  now = 3_600_000;
  expect(takeAll()).toBe(20);
});

it('one household begins six punches at once, all together 24, and more as those are over', () => {
  let now = 0;
  const half = new HalfPunched(() => now);
  const begin = (host: string, times: number): number =>
    Array.from({ length: times }, () => half.begin(host)).filter(Boolean).length;
  expect(begin('198.51.100.1', 10)).toBe(6);
  expect(begin('198.51.100.2', 10)).toBe(6);
  now = 10_000;
  expect([3, 4, 5, 6].map((host) => begin(`198.51.100.${host}`, 10))).toEqual([6, 6, 0, 0]);
  now = 20_000;
  expect(begin('198.51.100.1', 10)).toBe(6);
  expect(begin('198.51.100.3', 10)).toBe(0);
});
