import { describe, expect, it } from 'vitest';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import { modelEntry } from '../../test/support/models/model-entries.ts';
import { settledShards, shardsById, shardsByName } from './shards-by-id.ts';

function model(letter: string, name: string, more: Partial<ModelEntry> = {}): ModelEntry {
  return modelEntry({ manifestId: letter.repeat(64), name, isStored: true, ...more });
}

const one = model('a', 'Small', {
  alias: 'one',
  otherAliases: ['two'],
  replaces: ['d'.repeat(64)],
});
const layers = { firstLayer: 0, lastLayer: 1 };

describe('the setting of hosted shards', () => {
  it.each([
    ['a name', 'Small'],
    ['an alias', 'one'],
    ['a second alias', 'two'],
    ['the beginning of an id', 'a'.repeat(12)],
    ['an id', 'a'.repeat(64)],
    ['the id of a model whose file has this content now', 'd'.repeat(64)],
  ])('names by its id a model that was given by %s', (_title, name) => {
    expect(shardsById([{ model: name, layers }], [model('b', 'Other'), one])).toEqual([
      { model: 'a'.repeat(64), layers },
    ]);
  });

  it('means the own model before another one of its name', () => {
    const strangers = model('b', 'Small', { isStored: false });
    expect(shardsById([{ model: 'Small' }], [strangers, one])).toEqual([{ model: 'a'.repeat(64) }]);
    expect(shardsById([{ model: 'Small' }], [strangers])).toEqual([{ model: 'b'.repeat(64) }]);
  });

  it.each([
    ['nobody has', 'Nobody’s'],
    ['several have', 'Small'],
    ['is an id of a model that is not here', 'e'.repeat(64)],
  ])('stays as it is where it names what %s', (_title, name) => {
    expect(shardsById([{ model: name }], [one, model('b', 'Small')])).toEqual([{ model: name }]);
  });
});

it('leaves a stored name to the model that the owner brings, whatever peers call by it meanwhile', () => {
  const strangers = model('b', 'Small', { isStored: false });
  expect(settledShards([{ model: 'Small' }], [strangers])).toEqual([{ model: 'Small' }]);
  expect(settledShards([{ model: 'Small' }], [strangers, one])).toEqual([
    { model: one.manifestId },
  ]);
});

it('shows hosted shards by names that mean their models alone, as a person would type them', () => {
  const q8 = model('b', 'Other', { quantisation: 'Q8_0' });
  const models = [one, q8, model('c', 'Other')];
  const shards = [
    { model: one.manifestId, layers },
    { model: q8.manifestId },
    { model: 'e'.repeat(64) },
    { model: 'Nobody’s' },
  ];
  const shown = shardsByName(shards, models);
  expect(shown.map((shard) => shard.model)).toEqual([
    'one',
    'Other:Q8_0',
    'e'.repeat(64),
    'Nobody’s',
  ]);
  expect(shardsById(shown, models)).toEqual(shards);
});
