import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  expectAllFree,
  prompt,
  request,
  settle,
  signal,
} from '../../../../test/support/sessions/coordinator-requests.ts';
import {
  collect,
  expectedTokens,
  FakeMesh,
  type FakeNode,
} from '../../../../test/support/sessions/node-fake-mesh.ts';
import { watchEveryMs } from './slowness.ts';
import { stallLimitMs, Standstill } from './stall.ts';

const tokens = 400;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function wait(mesh: FakeMesh, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += watchEveryMs) {
    mesh.now += watchEveryMs;
    await vi.advanceTimersByTimeAsync(watchEveryMs);
    await settle();
  }
}

describe('an answer that stands still', () => {
  it('ends with an error that names the stage after twenty seconds where no other peer has its layers', async () => {
    const mesh = new FakeMesh();
    const nodes = [await mesh.add('a', [0, 2]), await mesh.add('b', [3, 5])];
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    await events.next();
    const stuck = nodes[1]?.shards[0];
    if (stuck !== undefined) {
      stuck.isRunning = false;
    }
    const rest = collect(events);
    await wait(mesh, 19_000);
    expect(nodes[1]?.service.sessionCount).toBe(1);
    await wait(mesh, 2000);
    expect((await rest).error).toMatchObject({
      code: 'peer-failed',
      message: expect.stringMatching(/^Peer …b .+ has computed nothing for 20 seconds$/),
    });
    await expectAllFree(...nodes);
  });

  it('is not given up for the time in which the computer slept', async () => {
    const mesh = new FakeMesh();
    const a = await mesh.add('a', [0, 5]);
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    await events.next();
    const [shard] = a.shards;
    if (shard !== undefined) {
      shard.isRunning = false;
    }
    const rest = collect(events);
    mesh.now += 12_000;
    await wait(mesh, 10_000);
    shard?.run();
    expect((await rest).tokens).toEqual(expectedTokens(prompt, tokens).slice(2));
  });

  it('is not given up while its reader takes a minute for one token', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 5]);
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    await wait(mesh, 60_000);
    const { tokens: rest, error } = await collect(events);
    expect(error).toBeUndefined();
    expect(rest).toEqual(expectedTokens(prompt, tokens).slice(1));
  });

  it('ends with an error also where its successor hangs too', async () => {
    const mesh = new FakeMesh();
    const nodes = new Map<string, FakeNode>();
    for (const name of ['b', 'spare b']) {
      nodes.set(name, await mesh.add(name, [0, 5]));
    }
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    await events.next();
    for (const name of ['b', 'spare b']) {
      for (const shard of nodes.get(name)?.shards ?? []) {
        shard.isRunning = false;
      }
    }
    const rest = collect(events);
    await wait(mesh, 400_000);
    expect((await rest).error).toMatchObject({ code: 'peer-failed' });
    await expectAllFree(...nodes.values());
  });
});

it('a slow answer gets a longer limit, and a prompt one by its length', () => {
  expect(stallLimitMs('token', 30)).toBe(20_000);
  expect(stallLimitMs('token', 5000)).toBe(100_000);
  expect(stallLimitMs({ prompt: 100 }, 0)).toBe(300_000);
  expect(stallLimitMs({ prompt: 6000 }, 0)).toBe(1_200_000);
});

it('a standstill lasts since the same progress was first seen', () => {
  const standstill = new Standstill();
  expect(standstill.observe('far', 1000)).toBe(0);
  expect(standstill.observe('far', 4000)).toBe(3000);
  expect(standstill.observe('further', 5000)).toBe(0);
});
