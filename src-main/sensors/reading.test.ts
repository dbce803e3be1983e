import { missingWords } from '../../src-shared/words/words.ts';
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
  expect(mapReading(unknown({ code: 'failed', message: 'it rains' }), () => 1)).toEqual(
    unknown({ code: 'failed', message: 'it rains' }),
  );
  expect(partOf(unknown({ code: 'failed', message: 'it rains' }), () => known(1))).toEqual(
    unknown({ code: 'failed', message: 'it rains' }),
  );
});

it('turns whatever was thrown into a short reason', () => {
  expect(unknownAfter('power-supply', new AppError('timed-out', 'It hangs.'))).toEqual(
    unknown({ code: 'failed', message: 'It hangs' }),
  );
  expect(unknownAfter('power-supply', new Error('EIO'))).toEqual(
    unknown({ code: 'unreadable', source: 'power-supply', detail: 'EIO' }),
  );
  expect(unknownAfter('power-supply', 'what')).toEqual(
    unknown({ code: 'unreadable', source: 'power-supply', detail: 'failure' }),
  );
  expect(missingWords(unknown({ code: 'failed', message: 'x'.repeat(1000) }).reason)).toHaveLength(
    200,
  );
});
