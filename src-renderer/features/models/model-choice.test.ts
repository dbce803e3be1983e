import { describe, expect, it } from 'vitest';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import { chosenModel } from './model-choice.ts';

function model(name: string, sizeBytes: number, available: boolean): ModelEntry {
  return {
    manifestId: name,
    name,
    architecture: 'llama',
    layers: 6,
    width: 192,
    contextLength: 512,
    sizeBytes,
    quantisation: 'Q8_0',
    alias: null,
    path: null,
    available,
  };
}

const models = [model('demo', 1, true), model('large', 9, true), model('absent', 99, false)];

describe('the model a question goes to', () => {
  it('is the largest that can answer when none was chosen', () => {
    expect(chosenModel(models, null)?.name).toBe('large');
  });

  it('is the one that was chosen', () => {
    expect(chosenModel(models, 'demo')?.name).toBe('demo');
  });

  it('is none, not another one, when the chosen one cannot answer any more', () => {
    expect(chosenModel(models, 'absent')).toBeNull();
    expect(chosenModel(models, 'removed')).toBeNull();
  });

  it('is none when there is none', () => {
    expect(chosenModel([], null)).toBeNull();
  });
});
