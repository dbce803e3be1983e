import { describe, expect, it, vi } from 'vitest';
import {
  collect,
  expectedTokens,
  FakeMesh,
  fakeModel,
  type FakeNode,
  greedy,
} from '../../../test/support/node-fake-mesh.ts';
import { fakeEndToken } from '../../../test/support/node-fake-shard.ts';
import type { GenerationRequest } from './generation.ts';
import { aliveEveryMs } from './stage-messages.ts';

const prompt = [5, 17, 42];

function request(more: Partial<GenerationRequest> = {}): GenerationRequest {
  return { model: fakeModel, promptTokens: prompt, sampling: greedy, maxTokens: 20, ...more };
}

function signal(): AbortSignal {
  return new AbortController().signal;
}

/** No session is left on any stage, in its engine or in its service. */
async function expectAllFree(...nodes: readonly FakeNode[]): Promise<void> {
  await vi.waitFor(() => {
    for (const node of nodes) {
      expect(node.service.sessionCount).toBe(0);
      expect(node.shards.flatMap((shard) => shard.openSessions)).toEqual([]);
    }
  });
}

const cuts: [string, [string, number, number][]][] = [
  ['one stage', [['a', 0, 5]]],
  [
    'two stages',
    [
      ['a', 0, 2],
      ['b', 3, 5],
    ],
  ],
  [
    'three stages',
    [
      ['a', 0, 0],
      ['b', 1, 3],
      ['c', 4, 5],
    ],
  ],
  [
    'three stages of which two are on one peer',
    [
      ['a', 0, 0],
      ['b', 1, 3],
      ['a', 4, 5],
    ],
  ],
  [
    'stages that are all on the requester’s own node',
    [
      ['me', 0, 2],
      ['me', 3, 5],
    ],
  ],
];

async function meshOf(
  ranges: readonly [string, number, number][],
): Promise<[FakeMesh, FakeNode[]]> {
  const mesh = new FakeMesh();
  const nodes: FakeNode[] = [];
  for (const name of new Set(ranges.map(([peer]) => peer))) {
    const own = ranges.filter(([peer]) => peer === name);
    nodes.push(await mesh.add(name, ...own.map(([, first, last]) => [first, last] as const)));
  }
  return [mesh, nodes];
}

describe.each(cuts)('an answer over %s', (_title, ranges) => {
  it('has the model’s tokens and a receipt, and leaves nothing behind', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    const { tokens, done, error } = await collect(
      mesh.coordinator('me').generate(request(), signal()),
    );
    expect(error).toBeUndefined();
    expect(tokens).toEqual(expectedTokens(prompt, 20));
    expect(done).toMatchObject({ reason: 'length' });
    expect(done?.receipt).toMatchObject({ model: 'Fake model', promptTokens: 3, tokens: 20 });
    expect(
      done?.receipt.stages.map(({ peer, firstLayer, lastLayer }) => [peer, firstLayer, lastLayer]),
    ).toEqual(ranges);
    expect(done?.receipt.stages.map(({ computeMs }) => computeMs)).toEqual(ranges.map(() => 0.25));
    await expectAllFree(...nodes);
  });

  it('has the same tokens after a prompt that is cut into many pieces', async () => {
    const [mesh] = await meshOf(ranges);
    const long = Array.from({ length: 1500 }, (_, index) => (index * 37) % 500);
    const { tokens, error } = await collect(
      mesh.coordinator('me').generate(request({ promptTokens: long }), signal()),
    );
    expect(error).toBeUndefined();
    expect(tokens).toEqual(expectedTokens(long, 20));
  });

  it('ends when the model ends it', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    for (const shard of nodes.flatMap((node) => node.shards)) {
      shard.endAt = prompt.length + 4;
    }
    const { tokens, done } = await collect(mesh.coordinator('me').generate(request(), signal()));
    expect(tokens).toEqual([...expectedTokens(prompt, 4), fakeEndToken]);
    expect(done).toMatchObject({ reason: 'end', receipt: { tokens: 4 } });
    // Nothing was computed for the token that ended it.
    const positions = nodes.flatMap((node) =>
      node.shards.flatMap((shard) => shard.sessions[0]?.positions ?? []),
    );
    expect(Math.max(...positions)).toBe(prompt.length + 3);
    await expectAllFree(...nodes);
  });

  it('computes nothing for the last token that may be generated', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    await collect(mesh.coordinator('me').generate(request({ maxTokens: 3 }), signal()));
    for (const shard of nodes.flatMap((node) => node.shards)) {
      const decoded = shard.sessions[0]?.positions.filter((position) => position >= prompt.length);
      expect(decoded).toEqual([3, 4]);
    }
  });

  it('stops every stage when the requester goes away', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    const events = mesh.coordinator('me').generate(request({ maxTokens: 2000 }), signal());
    await events.next();
    await events.next();
    await events.return();
    await expectAllFree(...nodes);
  });

  it('stops every stage when the signal aborts, even while nobody takes tokens', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    const abort = new AbortController();
    const events = mesh.coordinator('me').generate(request({ maxTokens: 2000 }), abort.signal);
    await events.next();
    abort.abort();
    await expectAllFree(...nodes);
    await expect(events.next()).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('gives a receipt when it is finished early', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    const finish = new AbortController();
    const events = mesh
      .coordinator('me')
      .generate(request({ maxTokens: 2000, finish: finish.signal }), signal());
    await events.next();
    await events.next();
    finish.abort();
    const { tokens, done } = await collect(events);
    expect(tokens).toEqual([]);
    expect(done).toMatchObject({ reason: 'end', receipt: { tokens: 2 } });
    await expectAllFree(...nodes);
  });

  it('fails by the dead engine’s name, wherever it dies', async () => {
    for (const [index] of ranges.entries()) {
      const [mesh, nodes] = await meshOf(ranges);
      const shards = ranges.map(([peer, first]) =>
        nodes.find(({ name }) => name === peer)?.shards.find((shard) => shard.firstLayer === first),
      );
      const events = mesh.coordinator('me').generate(request({ maxTokens: 2000 }), signal());
      await events.next();
      shards[index]?.die();
      const { error } = await collect(events);
      expect(error).toMatchObject({ code: 'engine-died' });
      expect(error?.message).toContain('killed by SIGKILL');
      await expectAllFree(...nodes);
    }
  });
});

describe('a peer that vanishes', () => {
  it.each(['a', 'b', 'c'])('fails the answer and is named: %s of three', async (name) => {
    const [mesh, nodes] = await meshOf(cuts[2]?.[1] ?? []);
    const events = mesh.coordinator('me').generate(request({ maxTokens: 2000 }), signal());
    await events.next();
    mesh.loopback.vanish(name);
    const { error } = await collect(events);
    expect(error).toMatchObject({ code: 'peer-failed' });
    expect(error?.message).toContain(`Peer …${name} `);
    await expectAllFree(...nodes);
  });

  it('is told apart from its neighbours when only the link between them breaks', async () => {
    const [mesh, nodes] = await meshOf(cuts[1]?.[1] ?? []);
    const events = mesh.coordinator('me').generate(request({ maxTokens: 2000 }), signal());
    await events.next();
    mesh.loopback.cut('a', 'b');
    const { error } = await collect(events);
    expect(error).toMatchObject({ code: 'peer-failed' });
    expect(error?.message).toContain('connection to a neighbouring stage was lost');
    await expectAllFree(...nodes);
  });

  it('is noticed by its silence when nothing breaks', async () => {
    const mesh = new FakeMesh();
    const a = await mesh.add('a', [0, 5]);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const events = mesh.coordinator('me').generate(request({ maxTokens: 2000 }), signal());
      await events.next();
      for (const shard of a.shards) {
        shard.isRunning = false;
      }
      const rest = collect(events);
      // Stage and coordinator live on one clock; the stage answers as long as it is asked.
      for (let beat = 0; beat < 10; beat += 1) {
        mesh.now += aliveEveryMs;
        vi.advanceTimersByTime(aliveEveryMs);
        await settle();
        expect(a.service.sessionCount).toBe(1);
      }
      a.service.stop();
      expect((await rest).error).toMatchObject({ code: 'peer-failed' });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('when a chain cannot be opened', () => {
  it('takes another route, once', async () => {
    const mesh = new FakeMesh();
    const full = await mesh.add('a', [0, 5]);
    const free = await mesh.add('b', [0, 5]);
    for (const shard of full.shards) {
      shard.maxSessions = 0;
    }
    const { tokens, done } = await collect(
      mesh.coordinator('me').generate(request({ maxTokens: 5 }), signal()),
    );
    expect(tokens).toEqual(expectedTokens(prompt, 5));
    expect(done?.receipt.stages.map(({ peer }) => peer)).toEqual(['b']);
    await expectAllFree(full, free);
  });

  it('takes another route when a peer is gone, and goes round the stage that could not be reached', async () => {
    const mesh = new FakeMesh();
    const nodes = [
      await mesh.add('a', [0, 2]),
      await mesh.add('b', [3, 5]),
      await mesh.add('c', [3, 5]),
    ];
    mesh.loopback.vanish('b');
    const { done, error } = await collect(
      mesh.coordinator('me').generate(request({ maxTokens: 5 }), signal()),
    );
    expect(error).toBeUndefined();
    expect(done?.receipt.stages.map(({ peer }) => peer)).toEqual(['a', 'c']);
    await expectAllFree(...nodes);
  });

  it('tells why when there is no other route', async () => {
    const mesh = new FakeMesh();
    const { shards } = await mesh.add('a', [0, 5]);
    for (const shard of shards) {
      shard.maxSessions = 0;
    }
    const { error } = await collect(mesh.coordinator('me').generate(request(), signal()));
    expect(error).toMatchObject({ code: 'over-capacity' });
    expect(error?.message).toContain('All sessions are taken');
  });

  it('names the layers that nobody else hosts when a peer is gone', async () => {
    const mesh = new FakeMesh();
    const nodes = [await mesh.add('a', [0, 2]), await mesh.add('b', [3, 5])];
    mesh.loopback.vanish('b');
    const asked = collect(mesh.coordinator('me').generate(request(), signal()));
    mesh.now += 1800;
    const { error } = await asked;
    expect(error).toMatchObject({ code: 'peer-failed' });
    expect(error?.message).toMatch(
      /^Fake model cannot answer now: no peer in reach hosts layers 3–5 of its 6\. Peer …b .+ failed: /,
    );
    await expectAllFree(...nodes);
  });

  it.each([
    ['tries a third route at once', 0, undefined],
    ['gives up after the second route once it took long', 1800, { code: 'over-capacity' }],
  ])('%s', async (_title, tookMs, expected) => {
    const mesh = new FakeMesh();
    for (const name of ['a', 'b', 'c']) {
      const { shards } = await mesh.add(name, [0, 5]);
      for (const shard of shards) {
        shard.maxSessions = name === 'c' ? 1 : 0;
      }
    }
    const asked = collect(mesh.coordinator('me').generate(request(), signal()));
    mesh.now += tookMs;
    const { error } = await asked;
    if (expected === undefined) {
      expect(error).toBeUndefined();
    } else {
      expect(error).toMatchObject(expected);
    }
  });

  it('tries a peer again that failed a moment ago, when no other hosts its layers', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 2]);
    await mesh.add('b', [3, 5]);
    mesh.loopback.vanish('b');
    const asked = collect(mesh.coordinator('me').generate(request(), signal()));
    await settle();
    mesh.loopback.comeBack('b');
    expect((await asked).tokens).toEqual(expectedTokens(request().promptTokens, 20));
  });

  it('does not hide a failure after the first token by beginning anew', async () => {
    const mesh = new FakeMesh();
    const a = await mesh.add('a', [0, 5]);
    await mesh.add('b', [0, 5]);
    const events = mesh.coordinator('me').generate(request({ maxTokens: 2000 }), signal());
    await events.next();
    a.shards[0]?.die();
    expect((await collect(events)).error).toMatchObject({ code: 'engine-died' });
  });
});

describe('a request', () => {
  it('that does not fit is refused with the limit', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 5]);
    const coordinator = mesh.coordinator('me');
    expect(coordinator.contextLength(fakeModel)).toBe(4096);
    const { error } = await collect(coordinator.generate(request({ maxTokens: 4094 }), signal()));
    expect(error).toMatchObject({ code: 'context-too-long' });
    expect(error?.message).toContain('4096');
  });

  it('for a model of which layers are missing waits for them a moment', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 2]);
    const asked = collect(mesh.coordinator('me').generate(request(), signal()));
    await mesh.add('b', [3, 5]);
    mesh.now += 1799;
    expect((await asked).tokens).toEqual(expectedTokens(request().promptTokens, 20));
  });

  it('for a model whose layers stay away is refused with what is missing', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 2]);
    const coordinator = mesh.coordinator('me');
    expect(coordinator.models()).toEqual([]);
    const asked = collect(coordinator.generate(request(), signal()));
    mesh.now += 1800;
    const { error } = await asked;
    expect(error).toMatchObject({ code: 'no-route' });
    expect(error?.message).toContain('layers 3–5 of its 6');
  });

  it('that waits for layers can be cancelled', async () => {
    const cancelling = new AbortController();
    const asked = collect(new FakeMesh().coordinator('me').generate(request(), cancelling.signal));
    cancelling.abort();
    expect((await asked).error).toMatchObject({ code: 'cancelled' });
  });

  it('may come with others: every answer is its own', async () => {
    const [mesh, nodes] = await meshOf(cuts[1]?.[1] ?? []);
    const coordinator = mesh.coordinator('me');
    const prompts = [[1], [2, 3], [4, 5, 6], [7]];
    const outcomes = await Promise.all(
      prompts.map((promptTokens) =>
        collect(coordinator.generate(request({ promptTokens }), signal())),
      ),
    );
    expect(outcomes.map(({ tokens }) => tokens)).toEqual(
      prompts.map((promptTokens) => expectedTokens(promptTokens, 20)),
    );
    await expectAllFree(...nodes);
    expect(nodes.map(({ served }) => served.length)).toEqual([4, 4]);
  });

  it('with log-probabilities gets them beside every token', async () => {
    const [mesh] = await meshOf(cuts[1]?.[1] ?? []);
    const events = mesh
      .coordinator('me')
      .generate(request({ sampling: { ...greedy, topLogprobs: 0 }, maxTokens: 2 }), signal());
    const seen: unknown[] = [];
    for await (const event of events) {
      seen.push(event.type === 'token' ? event.detail : event.type);
    }
    expect(seen).toEqual([{ logprob: -0.5, top: [] }, { logprob: -0.5, top: [] }, 'done']);
  });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
