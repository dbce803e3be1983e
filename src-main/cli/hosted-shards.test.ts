import { describe, expect, it } from 'vitest';
import { modelEntry } from '../../test/support/models/model-entries.ts';
import { withModel, withoutModel } from './hosted-shards.ts';

const [id, former, demo] = ['a'.repeat(64), 'b'.repeat(64), 'MindMesh Demo'];
const model = modelEntry({
  manifestId: id,
  alias: 'one',
  otherAliases: ['two'],
  replaces: [former],
});
const layers = { firstLayer: 0, lastLayer: 1 };

describe('hosting a model', () => {
  it('adds it to what is hosted, the demo model too where no choice was made', () => {
    expect(withModel(null, model, undefined, demo)).toEqual([{ model: demo }, { model: id }]);
    expect(withModel([], model, layers, demo)).toEqual([{ model: id, layers }]);
  });

  it.each(['Small', 'one', 'two', id, id.slice(0, 12), former])(
    'takes the place of what was hosted of it, also where that was stored as %s',
    (name) => {
      const shards = [{ model: 'Other' }, { model: name, layers }, { model: name }];
      expect(withModel(shards, model, undefined, demo)).toEqual([
        { model: 'Other' },
        { model: id },
      ]);
      expect(withoutModel(shards, model, demo)).toEqual([{ model: 'Other' }]);
    },
  );
});
