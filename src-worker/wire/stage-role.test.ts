import { describe, expect, it } from 'vitest';
import { allLayers } from '../../src-shared/layers.ts';
import {
  feedsFirst,
  feedsItself,
  isFedByLast,
  samples,
  stageRoleOf,
  stageRoleSchema,
  takesTokens,
} from './stage-role.ts';

describe('a stage’s role', () => {
  it('follows from the place of its layers in the model', () => {
    expect(stageRoleOf(allLayers(4), 4)).toBe('whole');
    expect(stageRoleOf({ firstLayer: 0, lastLayer: 2 }, 4)).toBe('first');
    expect(stageRoleOf({ firstLayer: 1, lastLayer: 2 }, 4)).toBe('middle');
    expect(stageRoleOf({ firstLayer: 1, lastLayer: 3 }, 4)).toBe('last');
    expect(stageRoleOf(allLayers(1), 1)).toBe('whole');
  });

  it.each([
    ['whole', { takes: true, gives: true, alone: true, fed: false, feeds: false }],
    ['first', { takes: true, gives: false, alone: false, fed: true, feeds: false }],
    ['middle', { takes: false, gives: false, alone: false, fed: false, feeds: false }],
    ['last', { takes: false, gives: true, alone: false, fed: false, feeds: true }],
  ] as const)('decides about the input and output of a %s stage', (role, expected) => {
    expect({
      takes: takesTokens(role),
      gives: samples(role),
      alone: feedsItself(role),
      fed: isFedByLast(role),
      feeds: feedsFirst(role),
    }).toEqual(expected);
  });

  it('is one of four', () => {
    expect(stageRoleSchema.options).toHaveLength(4);
  });
});
