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
  type FakeNode,
} from '../../../../test/support/sessions/node-fake-mesh.ts';
import { AppError } from '../../../../src-shared/errors.ts';

const tokens = 40;
/** Cells for the prompt and nine tokens of the answer: a tenth token is sampled behind the last of them. */
const sureCells = prompt.length + 9;
const shown = 10;

function fill(node: FakeNode, growth: () => Promise<void>): void {
  for (const shard of node.shards) {
    shard.sureCells = sureCells;
    shard.growth = growth;
  }
}

function full(): Promise<void> {
  return Promise.reject(new AppError('over-capacity', 'The cache is full'));
}

describe.each([
  ['one stage', [['a', 0, 5]]],
  [
    'the first of two stages',
    [
      ['a', 0, 2],
      ['b', 3, 5],
    ],
  ],
  [
    'the last of two stages',
    [
      ['b', 0, 2],
      ['a', 3, 5],
    ],
  ],
  [
    'the middle of three stages',
    [
      ['b', 0, 0],
      ['a', 1, 3],
      ['c', 4, 5],
    ],
  ],
] as const)('an answer that outgrows the cache of %s', (_, cut) => {
  async function meshWithSmallCache(growth: () => Promise<void>): Promise<[FakeMesh, FakeNode[]]> {
    const mesh = new FakeMesh();
    const nodes: FakeNode[] = [];
    for (const [name, first, last] of cut) {
      nodes.push(await mesh.add(name, [first, last]));
    }
    for (const node of nodes.filter(({ name }) => name === 'a')) {
      fill(node, growth);
    }
    return [mesh, nodes];
  }

  it('waits for room, and goes on with the same tokens', async () => {
    const room = Promise.withResolvers<void>();
    const [mesh, nodes] = await meshWithSmallCache(() => room.promise);
    const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
    for (const expected of expectedTokens(prompt, shown)) {
      expect((await events.next()).value).toMatchObject({ token: expected });
    }
    const rest = collect(events);
    await settle();
    room.resolve();
    const { tokens: seen, done } = await rest;
    expect(seen).toEqual(expectedTokens(prompt, tokens).slice(shown));
    expect(done).toMatchObject({ reason: 'length', receipt: { tokens } });
    await expectAllFree(...nodes);
  });

  it('ends with the tokens that it has where there is no room', async () => {
    const [mesh, nodes] = await meshWithSmallCache(full);
    const {
      tokens: seen,
      done,
      error,
    } = await collect(
      mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal()),
    );
    expect(error).toBeUndefined();
    expect(seen).toEqual(expectedTokens(prompt, shown));
    expect(done).toMatchObject({ reason: 'length', receipt: { tokens: shown } });
    expect(done?.receipt.stages.map(({ peer }) => peer)).toEqual(nodes.map(({ name }) => name));
    await expectAllFree(...nodes);
  });

  it('continues over another chain where one has room', async () => {
    const [mesh, nodes] = await meshWithSmallCache(full);
    const spare = cut.find(([name]) => name === 'a');
    nodes.push(await mesh.add('spare a', [spare?.[1] ?? 0, spare?.[2] ?? 0]));
    const { tokens: seen, done } = await collect(
      mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal()),
    );
    expect(seen).toEqual(expectedTokens(prompt, tokens));
    expect(done?.receipt.takeovers).toBe(1);
    await expectAllFree(...nodes);
  });
});

it('an answer that has lost its chain ends with the tokens that it has where all sessions stay taken', async () => {
  const mesh = new FakeMesh();
  const a = await mesh.add('a', [0, 5]);
  const b = await mesh.add('b', [0, 5]);
  const events = mesh.coordinator('me').generate(request({ maxAnswerTokens: tokens }), signal());
  const { value: first } = await events.next();
  for (const shard of [...a.shards, ...b.shards]) {
    shard.maxSessions = 0;
    shard.die();
  }
  const rest = collect(events);
  await settle();
  mesh.now += 60_000;
  const { done, error } = await rest;
  expect(first).toMatchObject({ type: 'token' });
  expect(error).toBeUndefined();
  expect(done?.reason).toBe('length');
});

it('an answer without a token is refused, so that its question waits in the admission queue', async () => {
  const mesh = new FakeMesh();
  const a = await mesh.add('a', [0, 5]);
  for (const shard of a.shards) {
    shard.maxSessions = 0;
  }
  const { error, done } = await collect(mesh.coordinator('me').generate(request(), signal()));
  expect(error).toMatchObject({ code: 'over-capacity' });
  expect(done).toBeUndefined();
});
