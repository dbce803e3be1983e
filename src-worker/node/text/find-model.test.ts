import { describe, expect, it } from 'vitest';
import { type ChatModel, findModel } from './find-model.ts';

function model(letter: string, name: string, alias: string | null = null): ChatModel {
  return {
    manifestId: letter.repeat(64),
    name,
    alias,
    architecture: 'llama',
    layers: 4,
    width: 64,
    contextLength: 512,
    sizeBytes: 1,
    quantisation: 'F32',
  };
}

const small = model('a', 'Small');
const other = model('b', 'Other', 'Small');

describe('the model that a request means', () => {
  it.each([
    ['by its name', 'Small', [small], small],
    ['by its manifest id', 'a'.repeat(64), [other, small], small],
    ['by its alias, before another one of that name', 'Small', [small, other], other],
  ])('is found %s', (_title, wanted, models, expected) => {
    expect(findModel(wanted, models, [])).toBe(expected);
  });

  it('is found while some of its layers are missing', () => {
    expect(findModel('Small', [], [small])).toBe(small);
  });

  it('is the complete one when an incomplete one has the same name', () => {
    const incomplete = model('c', 'Small');
    expect(findModel('Small', [small], [incomplete, small])).toBe(small);
  });

  it('is named as unknown, with those that there are', () => {
    expect(() => findModel('Big', [small, other], [])).toThrow(/"Big".+There are: Small, Small\./);
    expect(() => findModel('Big', [], [small])).toThrow(/There are none yet/);
  });
});
