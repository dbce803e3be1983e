import { expect, it } from 'vitest';
import { SessionTable } from './session-table.ts';

const plain = { sampler: undefined, layers: 4, selfFeedUntil: undefined };

/** A table of two slots, with the cached prefix of one session, ten tokens. */
function tableWithCachedPrefix(): SessionTable {
  const table = new SessionTable(2);
  const session = table.add({ ...plain, id: 1 });
  session.length = 10;
  table.retain(session);
  return table;
}

it('a cached prefix keeps its slot and its tokens, and is no open session', () => {
  const table = tableWithCachedPrefix();
  expect(table.get(1)).toBeUndefined();
  expect(table.wasNeverOpen(1)).toBe(false);
  expect(table.cachedTokens).toBe(10);
  table.add({ ...plain, id: 2 });
  expect(() => table.checkRoom(3)).toThrow('All 2 sessions');
});

it('a session that resumes a prefix gets its slot and its tokens, also where there is no other slot', () => {
  const table = tableWithCachedPrefix();
  const other = table.add({ ...plain, id: 2 });
  const resumed = table.add({ ...plain, id: 3 }, 1);
  expect(resumed.slot).not.toBe(other.slot);
  expect(resumed.length).toBe(10);
  expect(table.cachedTokens).toBe(10);
  expect(() => table.add({ ...plain, id: 4 }, 1)).toThrow('All 2 sessions');
});

it('a cached prefix exists until it is forgotten', () => {
  const table = tableWithCachedPrefix();
  expect(table.cachedLayers(1)).toBe(4);
  expect(table.forget(1)).toBeDefined();
  expect(table.cachedLayers(1)).toBeUndefined();
  expect(table.forget(1)).toBeUndefined();
  expect(table.cachedTokens).toBe(0);
  expect(table.add({ ...plain, id: 2 }, 1).length).toBe(0);
  table.add({ ...plain, id: 3 });
});
