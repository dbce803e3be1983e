import { describe, expect, it } from 'vitest';
import type { Placed } from '../placement/placement-question.ts';
import { nextPlaced } from './fetch-order.ts';

const part = (name: string, lastLayer = 3): Placed => ({
  manifestId: name.repeat(64),
  firstLayer: 0,
  lastLayer,
});
const [hosted, small, larger] = [part('a'), part('b'), part('c')];
const plan = { shards: [hosted, larger, small], dropped: [], added: [small, larger] };

describe('the shards that placement chose', () => {
  it('are fetched one after the other, the smallest first', () => {
    expect(nextPlaced(plan, { placed: [hosted], underWay: [] })).toEqual([hosted, small]);
    const later = { ...plan, added: [larger] };
    expect(nextPlaced(later, { placed: [hosted, small], underWay: [] })).toEqual(plan.shards);
  });

  it('wait while another one is fetched or loaded', () => {
    const fetching = { placed: [hosted], underWay: [hosted] };
    expect(nextPlaced(plan, fetching)).toEqual([hosted]);
  });

  it('do not wait for one that cannot be had, which is tried beside the next one', () => {
    const stuck = { placed: [hosted, small], underWay: [] };
    expect(nextPlaced(plan, stuck)).toEqual([hosted, larger, small]);
  });

  it('change as a whole where others are dropped, since one may be what is left of another', () => {
    const rest = part('a', 1);
    const change = { shards: [rest, small], dropped: [hosted], added: [rest, small] };
    expect(nextPlaced(change, { placed: [hosted], underWay: [hosted] })).toEqual([rest, small]);
  });
});
