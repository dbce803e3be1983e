import { expect, it } from 'vitest';
import {
  expectAllFree,
  request,
  signal,
} from '../../../../test/support/sessions/coordinator-requests.ts';
import {
  collect,
  expectedTokens,
  FakeMesh,
} from '../../../../test/support/sessions/node-fake-mesh.ts';

const history = Array.from({ length: 500 }, (_, index) => index % 997);
const followUp = [...history, ...expectedTokens(history, 20), 7, 8, 9];

/** Two peers with half of the model each, and two spares. */
async function meshOfPairs() {
  const mesh = new FakeMesh();
  const nodes = [
    await mesh.add('a', [0, 2]),
    await mesh.add('b', [3, 5]),
    await mesh.add('c', [0, 2]),
    await mesh.add('d', [3, 5]),
  ];
  const coordinator = mesh.coordinator('me');
  const ask = (promptTokens: number[]) =>
    collect(coordinator.generate(request({ promptTokens }), signal()));
  const firstPositions = nodes.map((node) => () => node.shards[0]?.sessions.at(-1)?.positions[0]);
  return { mesh, nodes, coordinator, ask, firstPositions };
}

it('a follow-up goes to the peers that answered before, which compute only what is new', async () => {
  const { mesh, nodes, ask, firstPositions } = await meshOfPairs();
  mesh.loopback.vanish('a');
  expect((await ask(history)).done?.receipt.cachedTokens).toBeUndefined();
  mesh.loopback.comeBack('a');
  const { tokens, done } = await ask(followUp);
  expect(tokens).toEqual(expectedTokens(followUp, 20));
  expect(done?.receipt).toMatchObject({ cachedTokens: 448, promptTokens: followUp.length });
  expect(done?.receipt.stages.map(({ peer }) => peer)).toEqual(['c', 'b']);
  expect(firstPositions.map((of) => of())).toEqual([undefined, 448, 448, undefined]);
  await expectAllFree(...nodes);
});

it('a follow-up computes everything when one of the stages has dropped its cached prefix', async () => {
  const { nodes, ask, firstPositions } = await meshOfPairs();
  await ask(history);
  nodes[1]?.shards[0]?.retained.clear();
  const { tokens, done } = await ask(followUp);
  expect(tokens).toEqual(expectedTokens(followUp, 20));
  expect(done?.receipt.cachedTokens).toBeUndefined();
  expect(firstPositions.slice(0, 2).map((of) => of())).toEqual([0, 0]);
});

it('a follow-up whose peers are gone is answered by others, from the beginning', async () => {
  const { mesh, ask } = await meshOfPairs();
  await ask(history);
  mesh.loopback.vanish('b');
  const { tokens, done } = await ask(followUp);
  expect(tokens).toEqual(expectedTokens(followUp, 20));
  expect(done?.receipt.stages[1]?.peer).toBe('d');
  expect(done?.receipt.cachedTokens).toBeUndefined();
});

it('an answer that its caller gives up leaves no cached prefix', async () => {
  const { mesh, nodes } = await meshOfPairs();
  const answer = mesh.coordinator('me').generate(request({ promptTokens: history }), signal());
  await answer.next();
  await answer.return();
  await expectAllFree(...nodes);
  expect(nodes.map(({ shards }) => shards[0]?.retained.size)).toEqual([0, 0, 0, 0]);
});

it('no other peer can resume what a peer has cached for its requester', async () => {
  const { mesh, nodes, ask } = await meshOfPairs();
  await ask(history);
  const names = [...(nodes[0]?.shards[0]?.retained.keys() ?? [])];
  expect(names).toEqual([expect.stringMatching(/^me [0-9a-f]{32}$/)]);
  const stranger = mesh.coordinator('stranger');
  const { done } = await collect(stranger.generate(request({ promptTokens: followUp }), signal()));
  expect(done?.receipt.cachedTokens).toBeUndefined();
});

it('a follow-up whose stage dies continues over another, which computes everything', async () => {
  const { mesh, coordinator, ask } = await meshOfPairs();
  await ask(history);
  const answer = coordinator.generate(request({ promptTokens: followUp }), signal());
  const begun = [await answer.next(), await answer.next()];
  expect(begun.map(({ value }) => value)).toMatchObject(
    expectedTokens(followUp, 2).map((token) => ({ type: 'token', token })),
  );
  mesh.loopback.vanish('b');
  const { tokens, done } = await collect(answer);
  expect(tokens).toEqual(expectedTokens(followUp, 20).slice(2));
  expect(done?.receipt).toMatchObject({ takeovers: 1 });
  expect(done?.receipt.cachedTokens).toBeUndefined();
});
