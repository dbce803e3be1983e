import { expect, it } from 'vitest';
import { KeyPicker, maxDialsPerLookUp } from './key-picker.ts';

const keys = (start: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${start}${index}`);
const nobody = (): boolean => false;

it('a look-up dials eight keys at most, however many are announced', () => {
  const picker = new KeyPicker();
  const replies = Array.from({ length: 500 }, (_, reply) => keys(`${reply}-`, 500));
  expect(new Set(picker.pick(replies, nobody)).size).toBe(maxDialsPerLookUp);
});

it('a key is dialled again after ever longer, or when the network has changed', () => {
  let now = 0;
  const picker = new KeyPicker(() => now);
  const replies = [['a', 'b']];
  expect(picker.pick(replies, nobody).toSorted()).toEqual(['a', 'b']);
  for (const [at, keys] of [
    [19_999, 0],
    [20_000, 2],
    [59_999, 0],
    [60_000, 2],
    [139_999, 0],
    [140_000, 2],
  ] as const) {
    now = at;
    expect(picker.pick(replies, nobody)).toHaveLength(keys);
  }
  picker.forget();
  expect(picker.pick(replies, nobody)).toHaveLength(2);
});

it('keys that are known are not dialled', () => {
  const picker = new KeyPicker();
  expect(picker.pick([['own', 'peer', 'other']], (key) => key !== 'other')).toEqual(['other']);
});

it('one node of the DHT that names many keys does not drown the others', () => {
  let found = 0;
  for (let round = 0; round < 200; round += 1) {
    const picked = new KeyPicker().pick([keys('false', 1000), ['a'], ['b'], ['c']], nobody);
    found += picked.filter((key) => !key.startsWith('false')).length;
  }
  // Of the three honest keys, nearly all are among the eight.
  expect(found).toBeGreaterThan(200 * 2);
});

it('no more than 1,024 keys are remembered', () => {
  const picker = new KeyPicker(() => 0);
  const first = picker.pick([keys('first', 8)], nobody);
  for (let round = 0; round < 128; round += 1) {
    picker.pick([keys(`${round}-`, 8)], nobody);
  }
  expect(picker.pick([first], nobody)).toHaveLength(8);
});
