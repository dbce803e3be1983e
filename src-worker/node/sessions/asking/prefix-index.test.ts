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

function indexWith(promptTokens: number[], over = route, session = 'first') {
  const clock = { now: 0 };
  const prefixes = new PrefixIndex(() => clock.now);
  const addChain = (tokens: number[], stages: RouteStage[], name: string): void => {
    const one = cachedChainOf(asked(tokens), stages, name);
    if (one !== undefined) {
      prefixes.add(one);
    }
  };
  addChain(promptTokens, over, session);
  return { prefixes, addChain, clock };
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
    const { prefixes } = indexWith(before);
    expect(prefixes.holders(asked(now))).toEqual(
      tokens === 0 ? [] : route.map((stages) => ({ ...stages, tokens })),
    );
    expect(prefixes.take(asked(now), route)).toEqual(
      tokens === 0 ? undefined : { session: 'first', tokens },
    );
  });

  it('resumes only over the same stages, and only once', () => {
    const { prefixes } = indexWith(prompt(500));
    expect(prefixes.take(asked(prompt(600)), other)).toBeUndefined();
    expect(prefixes.take(asked(prompt(600)), route)).toBeDefined();
    expect(prefixes.take(asked(prompt(600)), route)).toBeUndefined();
    expect(prefixes.holders(asked(prompt(600)))).toEqual([]);
  });

  it('takes the chain that has the longest prefix, and of equals the latest', () => {
    const { prefixes, addChain } = indexWith(prompt(500));
    addChain(prompt(300), other, 'shorter');
    expect(prefixes.holders(asked(prompt(600)))[1]).toMatchObject({ peer: 'b', tokens: 448 });
    addChain(prompt(500), other, 'later');
    expect(prefixes.holders(asked(prompt(600)))[1]).toMatchObject({ peer: 'c', tokens: 448 });
  });

  it('finds nothing for another model, for a short prompt, or after some minutes', () => {
    const { prefixes, clock } = indexWith(prompt(500));
    const another = { ...asked(prompt(600)), model: { ...fakeModel, manifestId: 'e'.repeat(64) } };
    expect(prefixes.holders(another)).toEqual([]);
    expect(cachedChainOf(asked(prompt(63)), route, 'short')).toBeUndefined();
    clock.now += 300_000;
    expect(prefixes.holders(asked(prompt(600)))).toEqual([]);
  });
});
