import { describe, expect, it } from 'vitest';
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
} from '../../../../test/support/sessions/node-fake-mesh.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { silenceOf, stageFailure } from './chain-failure.ts';
import { RouteSearch } from './route-search.ts';

describe('when a chain cannot be opened', () => {
  it('takes another route, once', async () => {
    const mesh = new FakeMesh();
    const full = await mesh.add('a', [0, 5]);
    const free = await mesh.add('b', [0, 5]);
    for (const shard of full.shards) {
      shard.maxSessions = 0;
    }
    const { tokens, done } = await collect(
      mesh.coordinator('me').generate(request({ maxAnswerTokens: 5 }), signal()),
    );
    expect(tokens).toEqual(expectedTokens(prompt, 5));
    expect(done?.receipt.stages.map(({ peer }) => peer)).toEqual(['b']);
    await expectAllFree(full, free);
  });

  it('takes another route when a peer is gone, without the stage that could not be reached', async () => {
    const mesh = new FakeMesh();
    const nodes = [
      await mesh.add('a', [0, 2]),
      await mesh.add('b', [3, 5]),
      await mesh.add('c', [3, 5]),
    ];
    mesh.loopback.vanish('b');
    const { done, error } = await collect(
      mesh.coordinator('me').generate(request({ maxAnswerTokens: 5 }), signal()),
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

  it('names the layers that no other peer hosts when a peer is gone', async () => {
    const mesh = new FakeMesh();
    const nodes = [await mesh.add('a', [0, 2]), await mesh.add('b', [3, 5])];
    mesh.loopback.vanish('b');
    const asked = collect(mesh.coordinator('me').generate(request(), signal()));
    mesh.now += 10_000;
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

  it('tries a peer again that failed a moment ago where no other hosts its layers', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 2]);
    await mesh.add('b', [3, 5]);
    mesh.loopback.vanish('b');
    const asked = collect(mesh.coordinator('me').generate(request(), signal()));
    await settle();
    mesh.loopback.comeBack('b');
    expect((await asked).tokens).toEqual(expectedTokens(request().promptTokens, 20));
  });
});

describe('a request', () => {
  it('for a model with missing layers waits for them a moment', async () => {
    const mesh = new FakeMesh();
    await mesh.add('a', [0, 2]);
    const asked = collect(mesh.coordinator('me').generate(request(), signal()));
    await mesh.add('b', [3, 5]);
    mesh.now += 1799;
    expect((await asked).tokens).toEqual(expectedTokens(request().promptTokens, 20));
  });

  it('for a model whose layers stay missing is refused, and the error names them', async () => {
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
});

describe('a search for a route', () => {
  it.each([
    [silenceOf, 19_000],
    [(stage: RouteStage) => stageFailure(stage, 'was lost'), 9000],
  ])('waits longer for peers that are only silent than for one that failed', async (fail, ms) => {
    let now = 0;
    const stage: RouteStage = { peer: 'a', firstLayer: 0, lastLayer: 5 };
    const search = new RouteSearch(
      () => [stage],
      () => now,
    );
    for (now of [0, ms / 2, ms]) {
      expect(await search.next(signal())).toEqual([stage]);
      search.exclude(fail(stage), false, true);
    }
    now = ms + 2000;
    await expect(search.next(signal())).rejects.toMatchObject({ code: 'peer-failed' });
  });
});
