import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CellQueue } from './cell-queue.ts';
import { SessionBook } from './session-book.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const claimant = { peer: 'this node', kind: 'owner' } as const;

/** A cache of 1000 cells, full of three prompts. */
function fullCache() {
  const book = new SessionBook<string>('The shard', 4, 1000);
  const enter = (sequenceTokens: number): number =>
    book.enter({ sequenceTokens, cells: 1000, claimant }, '');
  const sessions = [enter(300), enter(300), enter(400)] as const;
  const queue = new CellQueue({
    name: 'The shard',
    claim: (session, tokens) => book.claim(session, tokens),
    sessions: () => book.numbers(),
  });
  const end = (session: number): void => {
    book.remove(session);
    queue.ended(session);
  };
  return { queue, sessions, end };
}

describe('a session that has outgrown its cells', () => {
  it('waits until another one has ended', async () => {
    const { queue, sessions, end } = fullCache();
    const growth = queue.claim(sessions[0], 301);
    expect(queue.isWaiting(sessions[0])).toBe(true);
    end(sessions[2]);
    await expect(growth).resolves.toBeUndefined();
    expect(queue.claim(sessions[0], 600)).toBeUndefined();
  });

  it('gets cells in the order of arrival', async () => {
    const { queue, sessions, end } = fullCache();
    const order: number[] = [];
    const growths = [sessions[1], sessions[0]].map(async (session) => {
      await queue.claim(session, 500);
      order.push(session);
    });
    end(sessions[2]);
    await Promise.all(growths);
    expect(order).toEqual([sessions[1], sessions[0]]);
  });

  it('is refused after ten seconds', async () => {
    const { queue, sessions } = fullCache();
    const growth = Promise.allSettled([queue.claim(sessions[0], 301)]);
    await vi.advanceTimersByTimeAsync(9999);
    expect(queue.isWaiting(sessions[0])).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(await growth).toMatchObject([
      {
        status: 'rejected',
        reason: {
          code: 'over-capacity',
          message: 'The cache of The shard is full, and no other answer ended in time',
        },
      },
    ]);
  });

  it('is refused at once where all others wait too, so that the first of them can continue', async () => {
    const { queue, sessions, end } = fullCache();
    const first = queue.claim(sessions[0], 301);
    const second = queue.claim(sessions[1], 301);
    await expect(queue.claim(sessions[2], 401)).rejects.toMatchObject({ code: 'over-capacity' });
    end(sessions[2]);
    await Promise.all([first, second]);
  });

  it('stops waiting when it ends', async () => {
    const { queue, sessions, end } = fullCache();
    const growth = queue.claim(sessions[0], 301);
    end(sessions[0]);
    await expect(growth).rejects.toMatchObject({ code: 'cancelled' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
