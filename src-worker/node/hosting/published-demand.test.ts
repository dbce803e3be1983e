import { expect, it } from 'vitest';
import { PublishedDemand } from './published-demand.ts';

const minute = 60_000;

function setUp(random = 0.5) {
  const state = { now: 0, rates: new Map<string, number>() };
  const told = new PublishedDemand({
    look: () => state.rates,
    everyMs: () => 10 * minute,
    now: () => state.now,
    random: () => random,
  });
  return { state, told };
}

it('shows a question after ten minutes at the earliest, without its time', () => {
  const { state, told } = setUp(0);
  state.now = 9 * minute;
  state.rates.set('llama', 4);
  expect(told.tell()).toEqual({});
  state.now = 10 * minute;
  expect(told.tell()).not.toEqual({});
});

it('stays the same until the next ten minutes are over, whatever is asked meanwhile', () => {
  const { state, told } = setUp(0);
  state.rates.set('llama', 4);
  state.now = 10 * minute;
  const before = told.tell();
  state.rates.set('llama', 900);
  state.rates.set('qwen', 900);
  state.now = 20 * minute - 1;
  expect(told.tell()).toEqual(before);
  state.now = 20 * minute;
  expect(Object.keys(told.tell())).toEqual(['qwen', 'llama'].toSorted());
});

it('stays the same for up to twenty minutes, at random', () => {
  const { state, told } = setUp(1);
  state.rates.set('llama', 4);
  state.now = 20 * minute - 1;
  expect(told.tell()).toEqual({});
  state.now = 20 * minute;
  expect(told.tell()).not.toEqual({});
});

it('is rounded to a power of two, up or down at random', () => {
  const rates = [0, 0.99].map((random) => {
    const { state, told } = setUp(random);
    state.rates.set('llama', 5.7);
    state.now = 20 * minute;
    return told.tell()['llama'];
  });
  expect(rates).toEqual([4, 8]);
});
