import { expect, it } from 'vitest';
import { diskReserve } from './disk-room.ts';

it('a twentieth of a small disk stays free, and a gigabyte of a large one', () => {
  expect(diskReserve(40_000_000)).toBe(2_000_000);
  expect(diskReserve(4e12)).toBe(1024 ** 3);
});
