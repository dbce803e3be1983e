import { describe, expect, it } from 'vitest';
import { hostingChoiceOf, withHostingChoice } from './hosting-choice.ts';

const quantisation = 'Q8_0';
const [d, k, l] = ['d'.repeat(64), 'c'.repeat(64), 'b'.repeat(64)] as const;
const demo = { manifestId: d, name: 'MindMesh Demo', alias: null, quantisation };
const large = {
  manifestId: l,
  name: 'Large',
  alias: 'big',
  otherAliases: ['huge'],
  replaces: [k],
  quantisation,
};
const models = [demo, large];

describe('what is set to be hosted', () => {
  it('is the demo model, and nothing else, for an owner who never chose', () => {
    expect([demo, large].map((model) => hostingChoiceOf(null, model).kind)).toEqual([
      'whole',
      'nothing',
    ]);
    expect(hostingChoiceOf([], demo)).toEqual({ kind: 'nothing' });
  });

  it('is known by name, any alias or id, also that of a model whose file it has now', () => {
    const layers = { firstLayer: 2, lastLayer: 5 };
    for (const model of ['Large', 'big', 'huge', l, k]) {
      expect(hostingChoiceOf([{ model, layers }], large)).toEqual({ kind: 'layers', layers });
    }
  });
});

describe('another choice for a model', () => {
  it('stands beside the other models’, the demo model’s too', () => {
    expect(withHostingChoice(null, models, large, { kind: 'whole' })).toEqual([
      { model: d },
      { model: l },
    ]);
    expect(withHostingChoice(null, models, demo, { kind: 'nothing' })).toEqual([]);
  });

  it('takes the place of the one before, however that named the model', () => {
    const layers = { firstLayer: 0, lastLayer: 3 };
    const before = [{ model: 'big' }, { model: 'MindMesh Demo' }];
    expect(withHostingChoice(before, models, large, { kind: 'layers', layers })).toEqual([
      { model: 'MindMesh Demo' },
      { model: l, layers },
    ]);
  });
});
