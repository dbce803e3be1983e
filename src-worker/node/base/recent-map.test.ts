import { expect, it } from 'vitest';
import { RecentMap } from './recent-map.ts';

it('a bounded map forgets what was set longest ago, and setting again makes an entry the latest', () => {
  const map = new RecentMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect(map.keys()).toEqual(['a', 'c']);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([3, undefined, 4, 2]);
  map.delete('a');
  expect(map.keys()).toEqual(['c']);
});
