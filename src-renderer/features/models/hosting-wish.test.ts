import { describe, expect, it } from 'vitest';
import { wishFor, withWish } from './hosting-wish.ts';

const demo = { manifestId: 'd', name: 'MindMesh Demo', alias: null };
const large = { manifestId: 'l', name: 'Large', alias: 'big' };
const models = [demo, large];

describe('what is wished to be hosted', () => {
  it('is the demo model for who never chose, and nothing else', () => {
    expect([demo, large].map((model) => wishFor(null, model).kind)).toEqual(['whole', 'nothing']);
    expect(wishFor([], demo)).toEqual({ kind: 'nothing' });
  });

  it('is known by name, alias or id', () => {
    const layers = { firstLayer: 2, lastLayer: 5 };
    for (const model of ['Large', 'big', 'l']) {
      expect(wishFor([{ model, layers }], large)).toEqual({ kind: 'layers', layers });
    }
  });
});

describe('another wish for a model', () => {
  it('stands beside the other models’, the demo model’s too', () => {
    expect(withWish(null, models, large, { kind: 'whole' })).toEqual([
      { model: 'MindMesh Demo' },
      { model: 'Large' },
    ]);
    expect(withWish(null, models, demo, { kind: 'nothing' })).toEqual([]);
  });

  it('takes the place of the one before, however that named the model', () => {
    const layers = { firstLayer: 0, lastLayer: 3 };
    const before = [{ model: 'big' }, { model: 'MindMesh Demo' }];
    expect(withWish(before, models, large, { kind: 'layers', layers })).toEqual([
      { model: 'MindMesh Demo' },
      { model: 'Large', layers },
    ]);
  });

  it('names a model by its id where two have the name', () => {
    const twin = { ...large, manifestId: 't', alias: null };
    expect(withWish([], [...models, twin], twin, { kind: 'whole' })).toEqual([{ model: 't' }]);
  });
});
