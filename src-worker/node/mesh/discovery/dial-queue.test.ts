import { describe, expect, it, vi } from 'vitest';
import { DialQueue } from './dial-queue.ts';

function world(): {
  queue: DialQueue;
  /** `name:deadline` in the order of their starts. */
  started: string[];
  add: (name: string, failures?: number, isUrgent?: boolean) => void;
  finish: (name: string) => void;
} {
  const queue = new DialQueue();
  const started: string[] = [];
  const running = new Map<string, () => void>();
  return {
    queue,
    started,
    add: (name, failures = 0, isUrgent = false) => {
      queue.add(failures, isUrgent, async (deadlineMs) => {
        started.push(`${name}:${deadlineMs}`);
        await new Promise<void>((resolve) => running.set(name, resolve));
      });
    },
    finish: (name) => running.get(name)?.(),
  };
}

describe('DialQueue', () => {
  it('gives a dial the longest deadline when none waits', async () => {
    const { add, started } = world();
    add('a');
    await vi.waitFor(() => expect(started).toEqual(['a:10000']));
  });

  it('runs 192 at once, with short deadlines while others wait, and longer ones after each failure', async () => {
    const { add, started } = world();
    for (let index = 0; index < 200; index += 1) {
      add(`dead ${index}`, index % 5);
    }
    await vi.waitFor(() => expect(started).toHaveLength(192));
    expect(started.slice(0, 5).map((each) => each.split(':')[1])).toEqual([
      '1000',
      '2000',
      '4000',
      '8000',
      '10000',
    ]);
  });

  it('dials a peer that was just seen before all that wait', async () => {
    const { add, started, finish } = world();
    for (let index = 0; index < 200; index += 1) {
      add(`dead ${index}`);
    }
    add('alive', 0, true);
    await vi.waitFor(() => expect(started).toHaveLength(192));
    finish('dead 7');
    await vi.waitFor(() => expect(started.at(-1)).toMatch(/^alive:/));
  });

  it('starts nothing that waited when it was cleared', async () => {
    const { add, started, finish, queue } = world();
    for (let index = 0; index < 194; index += 1) {
      add(`dead ${index}`);
    }
    await vi.waitFor(() => expect(started).toHaveLength(192));
    queue.clear();
    finish('dead 0');
    add('next');
    await vi.waitFor(() => expect(started.at(-1)).toBe('next:10000'));
  });
});
