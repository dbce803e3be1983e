import { describe, expect, it, vi } from 'vitest';
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
  fakeModel,
  type FakeNode,
  greedy,
} from '../../../../test/support/sessions/node-fake-mesh.ts';
import { fakeEndToken } from '../../../../test/support/sessions/node-fake-shard.ts';
import { aliveEveryMs } from '../protocol/stage-messages.ts';

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

  it('ends with the model’s end of generation', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    for (const shard of nodes.flatMap((node) => node.shards)) {
      shard.endAt = prompt.length + 4;
    }
    const { tokens, done } = await collect(mesh.coordinator('me').generate(request(), signal()));
    expect(tokens).toEqual([...expectedTokens(prompt, 4), fakeEndToken]);
    expect(done).toMatchObject({ reason: 'end', receipt: { tokens: 4 } });
    // The token that ended the answer is not computed.
    const positions = nodes.flatMap((node) =>
      node.shards.flatMap((shard) => shard.sessions[0]?.positions ?? []),
    );
    expect(Math.max(...positions)).toBe(prompt.length + 3);
    await expectAllFree(...nodes);
  });

  it('computes nothing for the last token that may be generated', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    await collect(mesh.coordinator('me').generate(request({ maxAnswerTokens: 3 }), signal()));
    for (const shard of nodes.flatMap((node) => node.shards)) {
      const decoded = shard.sessions[0]?.positions.filter((position) => position >= prompt.length);
      expect(decoded).toEqual([3, 4]);
    }
  });

  it('stops every stage when the requester goes away', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: 2000 }), signal());
    await events.next();
    await events.next();
    await events.return();
    await expectAllFree(...nodes);
  });

  it('stops every stage when the signal aborts, even while no tokens are taken', async () => {
    const [mesh, nodes] = await meshOf(ranges);
    const abort = new AbortController();
    const events = mesh
      .coordinator('me')
      .generate(request({ maxAnswerTokens: 2000 }), abort.signal);
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
      .generate(request({ maxAnswerTokens: 2000, finish: finish.signal }), signal());
    await events.next();
    await events.next();
    finish.abort();
    const { tokens, done } = await collect(events);
    expect(tokens).toEqual([]);
    expect(done).toMatchObject({ reason: 'end', receipt: { tokens: 2 } });
    await expectAllFree(...nodes);
  });
});

describe('a peer that vanishes', () => {
  it('is noticed by its silence when nothing breaks', async () => {
    const mesh = new FakeMesh();
    const a = await mesh.add('a', [0, 5]);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: 2000 }), signal());
      await events.next();
      for (const shard of a.shards) {
        shard.isRunning = false;
      }
      const rest = collect(events);
      // Stage and coordinator share one clock; the stage replies to every heartbeat.
      for (let beat = 0; beat < 3; beat += 1) {
        mesh.now += aliveEveryMs;
        vi.advanceTimersByTime(aliveEveryMs);
        await settle();
        // No other peer has these layers, so no other chain can take over.
        expect(a.service.sessionCount).toBe(1);
      }
      mesh.loopback.vanish('a');
      await passTime(mesh, rest);
      expect((await rest).error).toMatchObject({ code: 'peer-failed' });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a request', () => {
  it('that does not fit is refused, and the error names the limit', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 5]);
    const coordinator = mesh.coordinator('me');
    expect(coordinator.contextLength(fakeModel)).toBe(4096);
    const { error } = await collect(
      coordinator.generate(request({ maxAnswerTokens: 4094 }), signal()),
    );
    expect(error).toMatchObject({ code: 'context-too-long' });
    expect(error?.message).toContain('4096');
  });

  it('may come with others, and each gets its own answer', async () => {
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
      .generate(request({ sampling: { ...greedy, topLogprobs: 0 }, maxAnswerTokens: 2 }), signal());
    const seen: unknown[] = [];
    for await (const event of events) {
      seen.push(event.type === 'token' ? event.detail : event.type);
    }
    expect(seen).toEqual([{ logprob: -0.5, top: [] }, { logprob: -0.5, top: [] }, 'done']);
  });
});
