/** Requests of coordinator tests, and checks that nothing is left of them. */
import { expect, vi } from 'vitest';
import type { GenerationRequest } from '../../../src-worker/node/sessions/asking/generation.ts';
import { fakeModel, type FakeNode, greedy } from './node-fake-mesh.ts';

export const prompt = [5, 17, 42];

export function request(more: Partial<GenerationRequest> = {}): GenerationRequest {
  return { model: fakeModel, promptTokens: prompt, sampling: greedy, maxAnswerTokens: 20, ...more };
}

export function signal(): AbortSignal {
  return new AbortController().signal;
}

/** Checks that no session is left on any stage, in its engine or in its service. */
export async function expectAllFree(...nodes: readonly FakeNode[]): Promise<void> {
  await vi.waitFor(() => {
    for (const node of nodes) {
      expect(node.service.sessionCount).toBe(0);
      expect(node.shards.flatMap((shard) => shard.openSessions)).toEqual([]);
    }
  });
}

/** Lets everything happen that is due by now. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Moves time by seconds until the promise has settled, for timeouts. */
export async function passTime(mesh: { now: number }, until: Promise<unknown>): Promise<void> {
  const over = Promise.allSettled([until]);
  for (;;) {
    mesh.now += 1000;
    if ((await Promise.race([over, moment()])) !== undefined) {
      return;
    }
  }
}

function moment(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), 5);
  });
}
