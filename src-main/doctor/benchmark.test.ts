import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DutyView } from '../../src-shared/api/duty.ts';
import type { ChatRequestInput } from '../../src-shared/chat.ts';
import type { Finding } from '../../src-shared/doctor/finding.ts';
import { AppError } from '../../src-shared/errors.ts';
import { receipt } from '../../test/support/host/host-usage.ts';
import { knownHost, knownNode } from '../../test/support/host/known-host.ts';
import { benchmark, type BenchmarkOptions } from './benchmark.ts';
import { benchmarkModel } from './benchmark-model.ts';

const model = { manifestId: 'a'.repeat(64), name: 'Demo' };
const stage = { peer: 'own', firstLayer: 0, lastLayer: 5, computeMs: 1, hopMs: 0 };
const inGame: DutyView = {
  state: 'paused',
  reasons: [
    {
      name: 'game running',
      reason: { code: 'program-running', names: ['Hades'], others: 0 },
      isSeen: true,
      clearsAt: null,
    },
  ],
  sentence: '',
  answersOwner: false,
  pause: null,
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A machine that takes `msOfWord` to read a word and `msOfToken` to write a token, the first question later. */
function machine(msOfWord: number, msOfToken: number, loadMs = 0): BenchmarkOptions['ask'] {
  let startedAfterMs = loadMs;
  return async (request, signal, onTokens) => {
    const words = wordsOf(request);
    const firstTokenMs = startedAfterMs + words * msOfWord;
    startedAfterMs = 0;
    await passed(firstTokenMs, signal);
    onTokens(1);
    for (let token = 1; token < (request.maxTokens ?? 0); token += 1) {
      await passed(msOfToken, signal);
      onTokens(1);
    }
    return receipt({ promptTokens: words, firstTokenMs, stages: [stage] });
  };
}

function wordsOf({ messages }: ChatRequestInput): number {
  return messages[0]?.content.split(' ').length ?? 0;
}

function passed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new AppError('cancelled', 'Stopped.'));
    });
  });
}

async function failing(): Promise<never> {
  throw new AppError('no-route', 'Nobody holds the layers.');
}

async function measured(
  options: Partial<BenchmarkOptions>,
): Promise<{ finding: Finding; ms: number }> {
  const startedAt = Date.now();
  let ms = 0;
  const measuring = benchmark({
    model,
    ownPeer: 'own',
    duty: () => knownHost.duty,
    ask: machine(1, 10),
    signal: new AbortController().signal,
    now: () => Date.now(),
    ...options,
  }).finally(() => {
    ms = Date.now() - startedAt;
  });
  await vi.advanceTimersByTimeAsync(60_000);
  return { finding: await measuring, ms };
}

describe('the benchmark', () => {
  it('tells how fast a machine reads and writes, whatever loading it took', async () => {
    const { finding, ms } = await measured({ ask: machine(10, 50, 5000) });
    expect(finding).toEqual({
      code: 'speed',
      level: 'good',
      model: 'Demo',
      promptTokens: 160,
      promptTokensPerSecond: 100,
      tokens: 63,
      tokensPerSecond: 20,
      others: 0,
    });
    expect(ms).toBeLessThan(20_000);
  });

  it('ends after twenty seconds with what a slow machine has written until then', async () => {
    const { finding, ms } = await measured({ ask: machine(100, 1000) });
    expect(finding).toMatchObject({ level: 'note', promptTokensPerSecond: 10, tokensPerSecond: 1 });
    expect(ms).toBe(20_000);
  });

  it('says so when nothing was answered in that time, or when it failed', async () => {
    const late = await measured({ ask: machine(1, 1, 30_000) });
    expect(late).toMatchObject({ finding: { code: 'speed-late', seconds: 20 }, ms: 20_000 });
    const failed = await measured({ ask: failing });
    expect(failed.finding).toMatchObject({
      code: 'speed-failed',
      level: 'problem',
      message: 'Nobody holds the layers.',
    });
  });

  it('asks nothing while the machine is in a game, and ends at once when one begins', async () => {
    const ask = vi.fn<BenchmarkOptions['ask']>(machine(1, 10));
    const refused = await measured({ ask, duty: () => inGame });
    expect(refused.finding).toMatchObject({ code: 'speed-refused', duty: { state: 'paused' } });
    expect(ask).not.toHaveBeenCalled();

    const start = Date.now();
    const duty = (): DutyView => (Date.now() - start > 1000 ? inGame : knownHost.duty);
    const interrupted = await measured({ ask: machine(100, 1000), duty });
    expect(interrupted.finding.code).toBe('speed-interrupted');
    expect(interrupted.ms).toBeLessThanOrEqual(1200);
  });

  it('is interrupted, and has not failed, where the node ends the answer for a game first', async () => {
    let isPlaying = false;
    const ask = async (): Promise<never> => {
      isPlaying = true;
      throw new AppError('engine-died', 'The engine has ended.');
    };
    const duty = (): DutyView => (isPlaying ? inGame : knownHost.duty);
    expect((await measured({ ask, duty })).finding.code).toBe('speed-interrupted');
  });

  it('ends with the client that waits for it', async () => {
    const client = new AbortController();
    setTimeout(() => client.abort(), 500);
    const measuring = benchmark({
      model,
      ownPeer: 'own',
      duty: () => knownHost.duty,
      ask: machine(100, 1000),
      signal: client.signal,
      now: () => Date.now(),
    });
    const outcome = measuring.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(600);
    expect(await outcome).toMatchObject({ code: 'cancelled' });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the model that is measured', () => {
  it('is a whole one, loaded rather than not, and then the largest', () => {
    const [demo] = knownNode.models;
    const [shard] = knownNode.shards;
    if (demo === undefined || shard === undefined) {
      throw new Error('The node of this test serves a model.');
    }
    const large = { ...demo, manifestId: 'b', name: 'Large', sizeBytes: 9e9 };
    const ofLarge = { ...shard, manifestId: 'b', model: 'Large' };
    const models = [demo, large];
    const nameOf = (shards: (typeof shard)[]): string | undefined =>
      benchmarkModel({ shards, models })?.name;
    expect(nameOf([shard, ofLarge])).toBe('Large');
    expect(nameOf([shard, { ...ofLarge, state: 'idle' }])).toBe('MindMesh Demo');
    expect(nameOf([shard, { ...ofLarge, lastLayer: 4 }])).toBe('MindMesh Demo');
    expect(nameOf([{ ...shard, firstLayer: 1 }])).toBeUndefined();
  });
});
