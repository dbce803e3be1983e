import { describe, expect, it } from 'vitest';
import { type ChatModel, findModel, modelId } from './find-model.ts';

function model(letter: string, name: string, more: Partial<ChatModel> = {}): ChatModel {
  return {
    manifestId: letter.repeat(64),
    name,
    alias: null,
    isOwn: true,
    isInUse: true,
    architecture: 'llama',
    layers: 4,
    width: 64,
    contextLength: 512,
    sizeBytes: 1,
    quantisation: 'F32',
    ...more,
  };
}

const small = model('a', 'Small');
const other = model('b', 'Other', { alias: 'Small', otherAliases: ['second'] });

describe('the model that a request means', () => {
  it.each([
    ['by its name', 'Small', [small], small],
    ['by its manifest id', 'a'.repeat(64), [other, small], small],
    ['by the first 8 digits of its id', 'a'.repeat(8), [other, small], small],
    ['by the first 12 digits of its id', 'a'.repeat(12), [other, small], small],
    ['by its alias, before another one of that name', 'Small', [small, other], other],
    ['by a second alias', 'second', [small, other], other],
    ['by its name and quantisation', 'Small:F32', [small, other], small],
    ['by its name and digits of its id', 'Small:aaaaaaaa', [small, other], small],
  ])('is found %s', (_title, wanted, models, expected) => {
    expect(findModel(wanted, models)).toBe(expected);
  });

  it('is not found by fewer than 8 digits of its id', () => {
    expect(() => findModel('a'.repeat(7), [small])).toThrow('No model called "aaaaaaa"');
  });

  it('is found while some of its layers are missing', () => {
    const idle = model('c', 'Small', { isInUse: false });
    expect(findModel('Small', [idle])).toBe(idle);
  });

  it('is the model in use where an unused model of the library has the same name', () => {
    const unused = model('c', 'Small', { isInUse: false });
    expect(findModel('Small', [unused, small])).toBe(small);
  });

  it('is the own model, also while it is idle, when a stranger offers other weights under the same name', () => {
    const strangers = model('c', 'Small', { isOwn: false });
    const idle = { ...small, isInUse: false };
    expect(findModel('Small', [strangers, idle])).toBe(idle);
    expect(findModel('Small', [strangers])).toBe(strangers);
  });

  it('must be named more exactly where a name means two models', () => {
    const twin = model('c', 'Small', { quantisation: 'Q8_0' });
    expect(() => findModel('Small', [small, twin])).toThrow(
      '"Small" means several models. Ask for one of: Small:aaaaaaaa, Small:cccccccc.',
    );
    expect(findModel('Small:Q8_0', [small, twin])).toBe(twin);
    expect(findModel('Small:cccccccc', [small, twin])).toBe(twin);
  });

  it('is refused as unknown, with the names of the models that can answer', () => {
    const unused = model('c', 'Unused', { isInUse: false });
    expect(() => findModel('Big', [small, other, unused])).toThrow(
      /"Big".+There are: Small:F32, Small\.$/,
    );
    expect(() => findModel('Big', [unused])).toThrow(/There are none yet/);
  });
});

describe('the name under which a model is listed', () => {
  it('is its alias, else its name', () => {
    expect(modelId(other, [other])).toBe('Small');
    expect(modelId(small, [small])).toBe('Small');
  });

  it('is never that of another model, and finds its own model', () => {
    const models = [
      small,
      other,
      model('c', 'Small', { quantisation: 'Q8_0' }),
      model('d', 'Small', { quantisation: 'Q8_0' }),
      model('e', 'Small', { quantisation: 'Q8_0', isOwn: false }),
      model('f', 'Big', { isOwn: false }),
    ];
    const ids = models.map((each) => modelId(each, models));
    expect(ids).toEqual([
      'Small:F32',
      'Small',
      'Small:cccccccc',
      'Small:dddddddd',
      'Small:eeeeeeee',
      'Big',
    ]);
    expect(ids.map((id) => findModel(id, models))).toEqual(models);
  });
});
