/** Engines and nodes of a chain are killed in the middle of an answer: it fails at once and clearly, and the mesh goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longModel, NodeChain } from '../support/node-chain.ts';
import type { NodeProcess } from '../support/node-process.ts';

/** The longest that a client waits to hear that its answer will not be finished. */
const noticedWithinMs = 2000;
const question = 'What is this?';

const thirds = [
  { firstLayer: 0, lastLayer: 0 },
  { firstLayer: 1, lastLayer: 2 },
  { firstLayer: 3, lastLayer: 3 },
];

/** How the gateway says that a chain broke, before it has sent anything of an answer. */
function brokenChain(code: string, message: RegExp) {
  return {
    status: 503,
    code,
    type: 'server_error',
    error: { message: expect.stringMatching(message), type: 'server_error', param: null, code },
  };
}

describe('a chain of which an engine is killed in the middle of an answer', () => {
  let chain: NodeChain;
  beforeAll(async () => {
    chain = await NodeChain.start(thirds);
  });
  afterAll(() => chain.stop());

  it.each(thirds)(
    'fails the request, naming layers $firstLayer to $lastLayer, and answers the next, which waits until it is back',
    async ({ firstLayer, lastLayer }) => {
      const node = chain.hosting.find(({ status }) => status.shards[0]?.firstLayer === firstLayer);
      const { rest } = await chain.begin();
      const killedAt = performance.now();
      process.kill(node?.enginePids[0] ?? 0, 'SIGKILL');
      await expect(rest).rejects.toMatchObject({
        code: 'engine_died',
        type: 'server_error',
        message: expect.stringMatching(
          new RegExp(`layers ${firstLayer} to ${lastLayer} .+lost its engine`),
        ),
      });
      expect(performance.now() - killedAt).toBeLessThan(noticedWithinMs);
      expect((await chain.ask(question, 20)).tokens).toHaveLength(20);
      await chain.untilNothingRuns();
    },
  );
});

describe('a chain of which a whole node is killed in the middle of an answer', () => {
  let chain: NodeChain;
  beforeAll(async () => {
    const lower = { firstLayer: 0, lastLayer: 1 };
    const upper = { firstLayer: 2, lastLayer: 3 };
    chain = await NodeChain.start([lower, upper, upper]);
  });
  afterAll(() => chain.stop());

  /** Kills the node that computes the upper layers, and tells how long the client waited for its error. */
  async function killInAnswer(): Promise<{ killed: NodeProcess; error: unknown; ms: number }> {
    const { rest } = await chain.begin();
    const killed = await chain.workingOn(2);
    const killedAt = performance.now();
    await killed.kill();
    const error: unknown = await rest.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { killed, error, ms: performance.now() - killedAt };
  }

  it('fails the request, and answers the next at once over a spare node with the same layers', async () => {
    const { killed, error, ms } = await killInAnswer();
    expect(error).toMatchObject({ code: 'peer_failed', type: 'server_error' });
    expect(String(error)).toMatch(/\(layers 2 to 3\)/);
    expect(ms).toBeLessThan(noticedWithinMs);
    const { tokens, stages } = await chain.ask(question, 20);
    expect(tokens).toHaveLength(20);
    expect(stages[1]?.peer).not.toBe(killed.status.peer);
    await chain.untilNothingRuns();
  });

  it('without a spare says which layers are missing, until another node hosts them', async () => {
    const { error, ms } = await killInAnswer();
    expect(error).toMatchObject({ code: 'peer_failed', type: 'server_error' });
    expect(ms).toBeLessThan(noticedWithinMs);
    await chain.untilNothingRuns();
    await expect(chain.ask(question, 20)).rejects.toMatchObject(
      brokenChain('peer_failed', /no peer in reach hosts layers 2–3 of its 4/),
    );
    const another = await chain.host({ firstLayer: 2, lastLayer: longModel.layers - 1 });
    await chain.untilAllKnown();
    const { stages } = await chain.ask(question, 20);
    expect(stages[1]?.peer).toBe(another.status.peer);
  });
});
