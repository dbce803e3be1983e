import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  expectAllFree,
  passTime,
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
  greedy,
} from '../../../../test/support/sessions/node-fake-mesh.ts';
import { samplingSchema } from '../../../../src-shared/model.ts';
import type { GenerationRequest } from './generation.ts';
import { probeWithinMs, watchEveryMs } from './slowness.ts';

const tokens = 400;

/** Two nodes for each third of the model; the route uses the first of each pair. */
async function thirdsWithSpares(): Promise<[FakeMesh, Map<string, FakeNode>]> {
  const mesh = new FakeMesh();
  const nodes = new Map<string, FakeNode>();
  for (const [name, first, last] of [
    ['a', 0, 0],
    ['b', 1, 3],
    ['c', 4, 5],
    ['spare a', 0, 0],
    ['spare b', 1, 3],
    ['spare c', 4, 5],
  ] as const) {
    nodes.set(name, await mesh.add(name, [first, last]));
  }
  return [mesh, nodes];
}

/** A question with penalties, so that its tokens depend on the tokens before them. */
function penalised(): GenerationRequest {
  const sampling = samplingSchema.parse({ ...greedy, repetitionPenalty: 1.1 });
  return request({ maxAnswerTokens: tokens, sampling });
}

describe('an answer during which a stage fails', () => {
  it.each(['a', 'b', 'c'])('goes on over a spare, with the same tokens: %s', async (name) => {
    for (const how of ['engine', 'node'] as const) {
      const [mesh, nodes] = await thirdsWithSpares();
      const asked = request({ maxAnswerTokens: tokens });
      const events = mesh.coordinator('me').generate(asked, signal());
      const first = await events.next();
      expect(first.value).toMatchObject({ token: expectedTokens(prompt, 1)[0] });
      if (how === 'engine') {
        nodes.get(name)?.shards[0]?.die();
      } else {
        mesh.loopback.vanish(name);
      }
      const { tokens: rest, done, error } = await collect(events);
      expect(error).toBeUndefined();
      expect(rest).toEqual(expectedTokens(prompt, tokens).slice(1));
      const stages = ['a', 'b', 'c'].map((each) => (each === name ? `spare ${each}` : each));
      expect(done?.receipt.stages.map(({ peer }) => peer)).toEqual(stages);
      expect(done?.receipt).toMatchObject({ tokens, takeovers: 1 });
      mesh.loopback.comeBack(name);
      await expectAllFree(...nodes.values());
    }
  });

  it('survives one failure after the other', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    const seen: number[] = [];
    const victims = ['a', 'c', 'b'];
    for await (const event of events) {
      if (event.type === 'token') {
        seen.push(event.token);
        if (seen.length % 50 === 0) {
          nodes.get(victims.pop() ?? '')?.shards[0]?.die();
        }
      } else {
        expect(event.receipt.takeovers).toBe(3);
      }
    }
    expect(seen).toEqual(expectedTokens(prompt, tokens));
    await expectAllFree(...nodes.values());
  });

  it('takes another route when only a link between two stages breaks', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    mesh.loopback.cut('a', 'b');
    const { tokens: rest, error } = await collect(events);
    expect(error).toBeUndefined();
    expect(rest).toHaveLength(tokens - 1);
    await expectAllFree(...nodes.values());
  });

  it('waits for its layers to come back where no other peer has them', async () => {
    const mesh = new FakeMesh();
    const a = await mesh.add('a', [0, 5]);
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    mesh.loopback.vanish('a');
    const rest = collect(events);
    await settle();
    mesh.loopback.comeBack('a');
    expect((await rest).tokens).toEqual(expectedTokens(prompt, tokens).slice(1));
    await expectAllFree(a);
  });

  it('waits for a free session where every layer is hosted but full', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const spare = nodes.get('spare b')?.shards[0];
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    if (spare !== undefined) {
      spare.maxSessions = 0;
    }
    mesh.loopback.vanish('b');
    mesh.forget('b');
    const rest = collect(events);
    await settle();
    mesh.now += 25_000;
    await settle();
    if (spare !== undefined) {
      spare.maxSessions = 4;
    }
    expect((await rest).tokens).toEqual(expectedTokens(prompt, tokens).slice(1));
  });

  it('fails at last, naming the peer and the layers that are missing', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 2]);
    const b = await mesh.add('b', [3, 5]);
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    mesh.forget('b');
    b.shards[0]?.die();
    const rest = collect(events);
    await passTime(mesh, rest);
    expect((await rest).error).toMatchObject({
      code: 'engine-died',
      message: expect.stringMatching(/no peer in reach hosts layers 3–5.+Peer …b .+SIGKILL/),
    });
  });

  it('tells the sampler of the next chain the history, where penalties need it', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const events = mesh.coordinator('me').generate(penalised(), signal());
    await events.next();
    await events.next();
    nodes.get('c')?.shards[0]?.die();
    const { error } = await collect(events);
    expect(error).toBeUndefined();
    const generated = nodes.get('spare c')?.shards[0]?.sessions[0]?.request.generated ?? [];
    expect(generated).toEqual(expectedTokens(prompt, generated.length));
    expect(generated.length).toBeGreaterThan(1);
    expect(nodes.get('spare c')?.shards[0]?.sessions).toHaveLength(1);
  });
});

describe('an answer during which a stage announces that it leaves', () => {
  it.each(['a', 'b', 'c'])(
    'moves to a chain that is ready, and loses nothing: %s',
    async (name) => {
      const [mesh, nodes] = await thirdsWithSpares();
      const events = mesh
        .coordinator('me')
        .generate(request({ maxAnswerTokens: tokens }), signal());
      await events.next();
      nodes.get(name)?.service.drain();
      const { tokens: rest, done, error } = await collect(events);
      expect(error).toBeUndefined();
      expect(rest).toEqual(expectedTokens(prompt, tokens).slice(1));
      expect(done?.receipt.stages.map(({ peer }) => peer)).toContain(`spare ${name}`);
      expect(done?.receipt.takeovers).toBe(1);
      await expectAllFree(...nodes.values());
    },
  );

  it('tells the sampler that takes over the history up to then, where penalties need it', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const events = mesh.coordinator('me').generate(penalised(), signal());
    await events.next();
    nodes.get('c')?.service.drain();
    const { tokens: rest, done, error } = await collect(events);
    expect(error).toBeUndefined();
    expect(rest).toEqual(expectedTokens(prompt, tokens).slice(1));
    expect(done?.receipt.takeovers).toBe(1);
    const [taking] = nodes.get('spare c')?.shards[0]?.sessions ?? [];
    const toldAtFirst = taking?.request.generated?.length ?? 0;
    const learnt = taking?.learnt ?? [];
    expect(learnt).toEqual(expectedTokens(prompt, learnt.length));
    expect(learnt.length).toBeGreaterThan(toldAtFirst);
    await expectAllFree(...nodes.values());
  });

  it('is not delayed by a stage that does not confirm the history', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const events = mesh.coordinator('me').generate(penalised(), signal());
    await events.next();
    const spare = nodes.get('spare c')?.shards[0];
    spare?.whenTold(() => mesh.loopback.freeze('spare c'));
    nodes.get('c')?.service.drain();
    const { tokens: rest, error } = await collect(events);
    expect(error).toBeUndefined();
    expect(rest).toEqual(expectedTokens(prompt, tokens).slice(1));
    mesh.loopback.thaw('spare c');
    await expectAllFree(...nodes.values());
  });

  it('moves also when its source ends before the next chain is ready', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    nodes.get('b')?.service.drain();
    await settle();
    nodes.get('b')?.shards[0]?.die();
    const { tokens: rest, error } = await collect(events);
    expect(error).toBeUndefined();
    expect(rest).toEqual(expectedTokens(prompt, tokens).slice(1));
    await expectAllFree(...nodes.values());
  });

  it('stays with its chain where no other peer has the layers', async () => {
    const mesh = new FakeMesh();
    const a = await mesh.add('a', [0, 5]);
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    a.service.drain();
    const { tokens: rest, done } = await collect(events);
    expect(rest).toHaveLength(tokens - 1);
    expect(done?.receipt.takeovers).toBeUndefined();
  });

  it('is not delayed when the chain that was to take over fails too', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    mesh.loopback.vanish('spare b');
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    await events.next();
    nodes.get('b')?.service.drain();
    const { tokens: rest, error } = await collect(events);
    expect(error).toBeUndefined();
    expect(rest).toHaveLength(tokens - 1);
  });
});

async function wait(mesh: FakeMesh, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += watchEveryMs) {
    mesh.now += watchEveryMs;
    await vi.advanceTimersByTimeAsync(watchEveryMs);
    await settle();
  }
}

describe('an answer that stands still', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['a', 'b', 'c'])(
    'moves to another chain, without the stage for which it waits: %s',
    async (name) => {
      const [mesh, nodes] = await thirdsWithSpares();
      const events = mesh
        .coordinator('me')
        .generate(request({ maxAnswerTokens: tokens }), signal());
      await events.next();
      await events.next();
      const stuck = nodes.get(name)?.shards[0];
      if (stuck !== undefined) {
        stuck.isRunning = false;
      }
      const rest = collect(events);
      await wait(mesh, 1000 + probeWithinMs + 2 * watchEveryMs);
      const { tokens: seen, done, error } = await rest;
      expect(error).toBeUndefined();
      expect(seen).toEqual(expectedTokens(prompt, tokens).slice(2));
      expect(done?.receipt.stages.map(({ peer }) => peer)).toContain(`spare ${name}`);
      await expectAllFree(...nodes.values());
    },
  );

  it.each(['a', 'b', 'c'])(
    'before its first token avoids a stage that does not open: %s',
    async (name) => {
      const [mesh, nodes] = await thirdsWithSpares();
      mesh.loopback.freeze(name);
      const rest = collect(mesh.coordinator('me').generate(request(), signal()));
      await wait(mesh, 1000 + probeWithinMs + watchEveryMs);
      const { tokens: seen, done } = await rest;
      expect(seen).toEqual(expectedTokens(prompt, 20));
      expect(done?.receipt.stages.map(({ peer }) => peer)).toContain(`spare ${name}`);
      mesh.loopback.thaw(name);
      await expectAllFree(...nodes.values());
    },
  );

  it('marks the stage as silent, so that the next question avoids it at once', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const coordinator = mesh.coordinator('me');
    mesh.loopback.freeze('b');
    const first = collect(coordinator.generate(request(), signal()));
    await wait(mesh, 1000 + probeWithinMs + watchEveryMs);
    await first;
    const second = collect(coordinator.generate(request(), signal()));
    await wait(mesh, watchEveryMs);
    const { done } = await second;
    expect(done?.receipt.stages.map(({ peer }) => peer)).toContain('spare b');
    mesh.loopback.thaw('b');
    await expectAllFree(...nodes.values());
  });

  it('waits for a stage that opens slowly where no other peer has its layers', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 2]);
    await mesh.add('b', [3, 5]);
    mesh.loopback.freeze('b');
    const rest = collect(mesh.coordinator('me').generate(request(), signal()));
    await wait(mesh, 5000);
    mesh.loopback.thaw('b');
    expect((await rest).tokens).toEqual(expectedTokens(prompt, 20));
  });

  it('keeps its chain while that computes a long prompt', async () => {
    const [mesh, nodes] = await thirdsWithSpares();
    const pausedShard = nodes.get('b')?.shards[0];
    if (pausedShard !== undefined) {
      pausedShard.isRunning = false;
    }
    const rest = collect(mesh.coordinator('me').generate(request(), signal()));
    await wait(mesh, 5000);
    expect(nodes.get('spare b')?.shards[0]?.sessions).toEqual([]);
    pausedShard?.run();
    expect((await rest).tokens).toEqual(expectedTokens(prompt, 20));
  });
});
