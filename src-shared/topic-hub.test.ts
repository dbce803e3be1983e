import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TopicHub } from './topic-hub.ts';

type Values = { readonly speed: number; readonly names: readonly string[] };

function played() {
  const state = { speed: 1, names: ['a'] as string[] };
  const reads = { speed: 0, names: 0 };
  const opened: string[] = [];
  const hub = new TopicHub<Values>({
    speed: {
      everyMs: 1000,
      read: () => {
        reads.speed += 1;
        return state.speed;
      },
    },
    names: {
      everyMs: 100,
      renewedAfterMs: 5000,
      open: () => {
        opened.push('open');
        return () => opened.push('closed');
      },
      read: async () => {
        reads.names += 1;
        return [...state.names];
      },
    },
  });
  /** A watcher that takes values while `isReady`. */
  const watch = (...topics: (keyof Values)[]) => {
    const told: [string, number, unknown][] = [];
    const end = new AbortController();
    const flow = { ready: true, listeners: new Set<() => void>() };
    void hub.watch(topics, {
      signal: end.signal,
      emit: ({ topic, revision, value }) => told.push([topic, revision, value]),
      flow: {
        isReady: () => flow.ready,
        onReady: (listener) => {
          flow.listeners.add(listener);
          return () => flow.listeners.delete(listener);
        },
      },
    });
    return { told, flow, end: () => end.abort() };
  };
  return { hub, state, reads, opened, watch };
}

async function turn(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

describe('topics', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  it('are sent at once to each new watcher, and again when they have changed', async () => {
    const { hub, state, watch } = played();
    const one = watch('speed', 'names');
    await turn();
    expect(one.told).toEqual([
      ['speed', 1, 1],
      ['names', 1, ['a']],
    ]);
    state.names.push('b');
    hub.changed('names');
    await turn();
    expect(one.told.at(-1)).toEqual(['names', 2, ['a', 'b']]);
    const other = watch('names');
    await turn();
    expect(other.told).toEqual([['names', 2, ['a', 'b']]]);
    expect(one.told).toHaveLength(3);
  });

  it('are not told again when nothing changed', async () => {
    const { hub, watch } = played();
    const { told } = watch('speed', 'names');
    await turn();
    hub.changed();
    await vi.advanceTimersByTimeAsync(3000);
    expect(told).toHaveLength(2);
  });

  it('are neither read nor brought up to date without a watcher', async () => {
    const { hub, reads, opened, watch } = played();
    hub.changed();
    await hub.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads).toEqual({ speed: 0, names: 0 });
    const { end } = watch('names');
    await turn();
    end();
    expect(opened).toEqual(['open', 'closed']);
    const before = reads.names;
    hub.changed();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads).toEqual({ speed: 0, names: before });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are told as often as their rate allows: the first change at once, the others merged', async () => {
    const { hub, state, watch } = played();
    const { told } = watch('speed');
    await turn();
    for (let tenth = 0; tenth < 30; tenth += 1) {
      state.speed += 1;
      hub.changed('speed');
      await vi.advanceTimersByTimeAsync(100);
    }
    // At the start, at the first change, and after each of the three seconds.
    const values = told.map(([, , value]) => value);
    expect(values).toEqual([1, 2, 11, 21, 31]);
  });

  it('can be told before their time', async () => {
    const { hub, state, watch } = played();
    const { told } = watch('speed');
    await turn();
    for (const speed of [2, 3]) {
      state.speed = speed;
      hub.changed('speed');
      await hub.refresh('speed');
    }
    expect(told.map(([, , value]) => value)).toEqual([1, 2, 3]);
  });

  it('are read anew now and then where they change without a word', async () => {
    const { state, watch } = played();
    const { told } = watch('names');
    await turn();
    state.names = [];
    await vi.advanceTimersByTimeAsync(5000);
    expect(told.at(-1)).toEqual(['names', 2, []]);
  });

  it('wait for a watcher that takes nothing now, and are then told once', async () => {
    const { hub, state, watch } = played();
    const hidden = watch('names');
    const seen = watch('names');
    await turn();
    hidden.flow.ready = false;
    for (const name of ['b', 'c']) {
      state.names.push(name);
      hub.changed('names');
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(seen.told.map(([, revision]) => revision)).toEqual([1, 2, 3]);
    expect(hidden.told.map(([, revision]) => revision)).toEqual([1]);
    hidden.flow.ready = true;
    for (const listener of hidden.flow.listeners) {
      listener();
    }
    expect(hidden.told.map(([, revision]) => revision)).toEqual([1, 3]);
  });

  it('stay as they were told while they cannot be read', async () => {
    let isBroken = false;
    const hub = new TopicHub<{ speed: number }>({
      speed: {
        everyMs: 10,
        read: () => {
          if (isBroken) {
            throw new Error('broken');
          }
          return 1;
        },
      },
    });
    expect(await hub.newest('speed')).toBe(1);
    isBroken = true;
    hub.changed();
    await expect(hub.refresh()).resolves.toBeUndefined();
  });
});
