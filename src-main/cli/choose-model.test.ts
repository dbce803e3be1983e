import { expect, it } from 'vitest';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import { modelEntry } from '../../test/support/models/model-entries.ts';
import { chooseModel, findModel } from './choose-model.ts';
import { modelLines } from '../../src-shared/words/command-line.ts';

function model(name: string, given: Partial<ModelEntry>): ModelEntry {
  return modelEntry({ manifestId: name.padEnd(64, '0'), name, available: true, ...given });
}

const models = [
  model('demo', { sizeBytes: 3e6 }),
  model('big', { sizeBytes: 8e9, alias: 'b' }),
  model('huge', { sizeBytes: 70e9, available: false }),
];

it('is the largest model that can answer now', () => {
  expect(chooseModel(models)?.name).toBe('big');
  expect(chooseModel([])).toBeUndefined();
});

it('is found by name, alias or id', () => {
  expect(findModel(models, 'huge')?.name).toBe('huge');
  expect(findModel(models, 'b')?.name).toBe('big');
  expect(findModel(models, 'demo'.padEnd(64, '0'))?.name).toBe('demo');
  expect(findModel(models, 'Demo')).toBeUndefined();
});

function same(digit: string, given: Partial<ModelEntry> = {}): ModelEntry {
  return model('Same', {
    manifestId: digit.repeat(64),
    isStored: true,
    available: false,
    ...given,
  });
}

it('is refused with a name for each where several of this machine bear it', () => {
  const foreign = same('c', { isStored: false, available: true });
  expect(() => findModel([same('a'), same('b'), foreign], 'Same')).toThrow(
    '"Same" means several models. Name one of: Same:aaaaaaaa, Same:bbbbbbbb.',
  );
  expect(findModel([same('a'), same('b'), foreign], 'Same:bbbbbbbb')?.manifestId).toMatch(/^b/);
  expect(findModel([same('a'), same('b', { available: true })], 'Same')?.manifestId).toMatch(/^b/);
  expect(findModel([same('a'), foreign], 'Same')?.manifestId).toMatch(/^a/);
  // The names that the list shows work here.
  expect(modelLines([same('a'), same('b')]).filter((line) => line.startsWith('Same'))).toEqual([
    'Same:aaaaaaaa',
    'Same:bbbbbbbb',
  ]);
});
