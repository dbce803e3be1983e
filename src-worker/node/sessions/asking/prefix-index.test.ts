import { describe, expect, it } from 'vitest';
import { fakeModel } from '../../../../test/support/sessions/node-fake-mesh.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { PrefixIndex, cachedChainOf } from './prefix-index.ts';

const stage = (peer: string, firstLayer: number, lastLayer: number): RouteStage => ({
  peer,
  firstLayer,
  lastLayer,
});
const route = [stage('a', 0, 2), stage('b', 3, 5)];
const other = [stage('a', 0, 2), stage('c', 3, 5)];

/** Tokens that count upwards; with two stages of a narrow model they are computed in pieces of 64. */
const prompt = (length: number, from = 0): number[] =>
  Array.from({ length }, (_, index) => from + index);
const asked = (promptTokens: number[]) => ({ model: fakeModel, promptTokens });

function keptFrom(promptTokens: number[], over = route, session = 'first') {
  const clock = { now: 0 };
  const kept = new PrefixIndex(() => clock.now);
  const keep = (tokens: number[], stages: RouteStage[], name: string): void => {
    const one = cachedChainOf(asked(tokens), stages, name);
    if (one !== undefined) {
      kept.add(one);
    }
  };
  keep(promptTokens, over, session);
  return { kept, keep, clock };
}

describe('a question that goes on with a conversation', () => {
  it.each([
    ['begins with all of it', prompt(500), prompt(800), 448],
    ['is the same', prompt(500), prompt(500), 448],
    ['is the same, to the last token of a piece', prompt(512), prompt(512), 448],
    ['leaves it in the middle', prompt(500), [...prompt(200), ...prompt(300, 9000)], 192],
    ['is shorter', prompt(500), prompt(100), 64],
    ['has less in common than a piece', prompt(500), [...prompt(63), ...prompt(99, 9000)], 0],
    ['is so long that it is cut otherwise', prompt(500), prompt(3000), 0],
  ])('resumes whole pieces when it %s', (_, before, now, tokens) => {
    const { kept } = keptFrom(before);
    expect(kept.holders(asked(now))).toEqual(
      tokens === 0 ? [] : route.map((stages) => ({ ...stages, tokens })),
    );
    expect(kept.take(asked(now), route)).toEqual(
      tokens === 0 ? undefined : { session: 'first', tokens },
    );
  });

  it('takes what it resumes over the same stages alone, and once', () => {
    const { kept } = keptFrom(prompt(500));
    expect(kept.take(asked(prompt(600)), other)).toBeUndefined();
    expect(kept.take(asked(prompt(600)), route)).toBeDefined();
    expect(kept.take(asked(prompt(600)), route)).toBeUndefined();
    expect(kept.holders(asked(prompt(600)))).toEqual([]);
  });

  it('goes by the chain that has most, and of equals by the latest', () => {
    const { kept, keep } = keptFrom(prompt(500));
    keep(prompt(300), other, 'shorter');
    expect(kept.holders(asked(prompt(600)))[1]).toMatchObject({ peer: 'b', tokens: 448 });
    keep(prompt(500), other, 'later');
    expect(kept.holders(asked(prompt(600)))[1]).toMatchObject({ peer: 'c', tokens: 448 });
  });

  it('finds nothing of another model, of a short prompt, or after some minutes', () => {
    const { kept, clock } = keptFrom(prompt(500));
    const another = { ...asked(prompt(600)), model: { ...fakeModel, manifestId: 'e'.repeat(64) } };
    expect(kept.holders(another)).toEqual([]);
    expect(cachedChainOf(asked(prompt(63)), route, 'short')).toBeUndefined();
    clock.now += 300_000;
    expect(kept.holders(asked(prompt(600)))).toEqual([]);
  });
});
