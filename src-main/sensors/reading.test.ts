import { expect, it } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { known, mapReading, parseNumber, partOf, unknown, unknownAfter } from './reading.ts';

it.each([
  ['12', 12],
  [' 12.5 ', 12.5],
  ['12,5', 12.5],
  ['-3', -3],
  ['45 %', 45],
  ['8192 MiB', 8192],
  ['101.42 W', 101.42],
  ['[N/A]', undefined],
  ['-', undefined],
  ['', undefined],
  ['1e9', undefined],
  ['1.234,5', undefined],
  ['NaN', undefined],
  ['12 monkeys', undefined],
])('reads the number in %j as %j', (text, number) => {
  expect(parseNumber(text)).toBe(number);
});

it('keeps the reason when it changes what is not there', () => {
  expect(mapReading(known(2), (value) => value + 1)).toEqual(known(3));
  expect(mapReading(unknown('it rains'), () => 1)).toEqual(unknown('it rains'));
  expect(partOf(unknown('it rains'), () => known(1))).toEqual(unknown('it rains'));
});

it('turns whatever was thrown into a short reason', () => {
  expect(unknownAfter('The lid', new AppError('timed-out', 'It hangs.'))).toEqual(
    unknown('It hangs'),
  );
  expect(unknownAfter('The lid', new Error('EIO'))).toEqual(
    unknown('The lid cannot be read (EIO)'),
  );
  expect(unknownAfter('The lid', 'what')).toEqual(unknown('The lid cannot be read (failure)'));
  expect(unknown('x'.repeat(1000)).reason).toHaveLength(200);
});
