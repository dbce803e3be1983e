import { expect, it } from 'vitest';
import {
  hosting,
  listener,
  ownRequest,
  request,
  servingShard,
} from '../../../test/support/sessions/fake-shard-host.ts';
import type { ShardSession, ShardSessionRequest } from './serving-shard.ts';

/** A whole model with 1000 cells and two sessions; a former session left a cached prefix of 300 tokens, named "kept". */
async function shardWithCachedPrefix() {
  const { engines, host } = await hosting();
  const open = (more: Partial<ShardSessionRequest> = {}): Promise<ShardSession> =>
    servingShard(host).openSession({ ...request, ...more }, listener());
  (await open()).retain('kept', 300);
  const [engine] = engines.all;
  if (engine === undefined) {
    throw new Error('There is no engine');
  }
  return { host, open, engine };
}

const resume = { name: 'kept', tokens: 256 };

it('a cached prefix counts as free room', async () => {
  const { host, engine } = await shardWithCachedPrefix();
  expect(engine).toMatchObject({ retained: [1], closed: [] });
  expect(host.records()).toMatchObject([{ freeSessions: 2, freeCells: 1000 }]);
  expect(host.statuses()).toMatchObject([{ sessions: 0 }]);
});

it('a session resumes a cached prefix, once', async () => {
  const { open, engine } = await shardWithCachedPrefix();
  expect((await open({ resume })).cachedTokens).toBe(256);
  expect(engine.resumed).toEqual([1]);
  expect((await open({ resume })).cachedTokens).toBe(0);
  expect(engine.resumed).toEqual([1]);
});

it.each([
  ['place', [ownRequest, {}, {}], [1]],
  ['cells', [{ sequenceTokens: 800, cells: 800 }], [1]],
  ['neither', [{ sequenceTokens: 600, cells: 700 }], []],
])(
  'a cached prefix is dropped at once when other sessions need its %s',
  async (_, sessions, closed) => {
    const { open, engine } = await shardWithCachedPrefix();
    for (const session of sessions) {
      await open(session);
    }
    expect(engine.closed).toEqual(closed);
  },
);

it('a cached prefix is dropped when a session grows into its cells', async () => {
  const { open, engine } = await shardWithCachedPrefix();
  const session = await open({ sequenceTokens: 500, cells: 1000 });
  expect(session.claim(700)).toBeUndefined();
  expect(engine.closed).toEqual([]);
  expect(session.claim(701)).toBeUndefined();
  expect(engine.closed).toEqual([1]);
});

it.each(['draining', 'paused'] as const)(
  'a cached prefix is dropped when the machine is %s',
  async (state) => {
    const { host, engine } = await shardWithCachedPrefix();
    await host.setWork({ state, answersOwner: true });
    expect(engine.closed).toEqual([1]);
  },
);

it('a cached prefix stays when the session that was to resume it is refused', async () => {
  const { open, engine } = await shardWithCachedPrefix();
  const full = open({ resume, sequenceTokens: 1001, cells: 1001 });
  await expect(full).rejects.toMatchObject({ code: 'context-too-long' });
  expect((await open({ resume })).cachedTokens).toBe(256);
  expect(engine.closed).toEqual([]);
});
