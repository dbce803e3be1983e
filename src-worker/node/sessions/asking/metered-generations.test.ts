import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collect, fakeModel, greedy } from '../../../../test/support/sessions/node-fake-mesh.ts';
import { receipt } from '../../../../test/support/host/host-usage.ts';
import { AppError } from '../../../../src-shared/errors.ts';
import type { Usage } from '../../../../src-shared/api/usage.ts';
import { MeteredGenerations } from './metered-generations.ts';
import type { GenerationEvent, GenerationRequest, Generations } from './generation.ts';

const request: GenerationRequest = {
  model: fakeModel,
  promptTokens: [5, 17, 42],
  sampling: greedy,
  maxAnswerTokens: 20,
};
const { signal } = new AbortController();

function token(value: number): GenerationEvent {
  return { type: 'token', token: value, endOfGeneration: false };
}

const done: GenerationEvent = { type: 'done', reason: 'length', receipt: receipt() };

/** Generations that yield what the test wants, the meter around them, and what the meter reported. */
function metered(say: Generations['generate']) {
  const told: Usage[] = [];
  const inner: Generations = {
    models: () => [fakeModel],
    contextLength: ({ layers }) => layers * 100,
    generate: say,
  };
  return { told, generations: new MeteredGenerations(inner, (usage) => told.push(usage)) };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000, toFake: ['Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('metered generations', () => {
  it('pass models, limits, requests and events through as they are', async () => {
    const seen: unknown[] = [];
    const { generations } = metered(async function* (...asked) {
      seen.push(...asked);
      yield* [token(1), token(2), done];
    });
    expect(generations.models()).toEqual([fakeModel]);
    expect(generations.contextLength(fakeModel)).toBe(600);
    const events = await Array.fromAsync(generations.generate(request, signal));
    expect(events).toEqual([token(1), token(2), done]);
    expect(seen).toEqual([request, signal]);
  });

  it('report every finished answer once, before its reader can leave', async () => {
    const { generations, told } = metered(async function* () {
      yield* [token(1), done];
    });
    for await (const event of generations.generate(request, signal)) {
      if (event.type === 'done') {
        break;
      }
    }
    expect(told).toEqual([
      { kind: 'asked', at: 1_700_000_000_000, promptTokens: 3, receipt: receipt() },
    ]);
  });

  it('report nothing for an answer that failed, and throw its error', async () => {
    const { generations, told } = metered(async function* () {
      yield token(1);
      throw new AppError('peer-failed', 'It was lost.');
    });
    const { tokens, error } = await collect(generations.generate(request, signal));
    expect(tokens).toEqual([1]);
    expect(error).toMatchObject({ code: 'peer-failed' });
    expect(told).toEqual([]);
  });

  it('end the answer when its reader leaves', async () => {
    let hasEnded = false;
    const { generations, told } = metered(async function* () {
      try {
        for (;;) {
          yield token(1);
        }
      } finally {
        hasEnded = true;
      }
    });
    for await (const event of generations.generate(request, signal)) {
      expect(event).toEqual(token(1));
      break;
    }
    expect(hasEnded).toBe(true);
    expect(told).toEqual([]);
  });

  it('know how fast tokens came over the last ten seconds, from all answers together', async () => {
    const { generations } = metered(async function* () {
      yield* [token(1), token(2), token(3), token(4), token(5), done];
    });
    expect(generations.tokensPerSecond).toBe(0);
    await Promise.all([
      collect(generations.generate(request, signal)),
      collect(generations.generate(request, signal)),
    ]);
    expect(generations.tokensPerSecond).toBe(1);
    vi.setSystemTime(Date.now() + 5000);
    vi.advanceTimersByTime(5000);
    expect(generations.tokensPerSecond).toBe(1);
    vi.advanceTimersByTime(6000);
    expect(generations.tokensPerSecond).toBe(0);
  });
});
