/** A cable is pulled out in the middle of an answer, so that packets are lost and no peer is told; later it is put back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { threePublic } from '../support/mesh/internet-plans.ts';
import { whyNoNamespaces } from '../support/mesh/network-namespaces.ts';
import { PlayedInternet } from '../support/mesh/played-internet.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { longModel } from '../support/sessions/node-chain.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';

const obstacle = whyNoNamespaces();
if (obstacle !== undefined) {
  console.warn(`skipped: a network that is cut is not tested, since ${obstacle}`);
}

type Place = 'a' | 'b' | 'c';
const lower = { firstLayer: 0, lastLayer: 1 };
const upper = { firstLayer: 2, lastLayer: 3 };
const question = {
  model: longModel.name,
  messages: [{ role: 'user' as const, content: 'Tell me everything.' }],
  sampling: { temperature: 0 },
  maxTokens: 500,
};

describe.skipIf(obstacle !== undefined)('a mesh whose network is cut', () => {
  const internet = new PlayedInternet(threePublic);
  const nodes: NodeProcess[] = [];
  let folder: string;
  let asker: NodeProcess;
  let copies: { readonly a: NodeProcess; readonly b: NodeProcess };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mindmesh-cut-'));
    await writeRandomModel(join(folder, 'model.gguf'), longModel);
    internet.make();
    const first = await host('c', lower);
    const [a, b] = await Promise.all([host('a', upper), host('b', upper)]);
    copies = { a, b };
    asker = await start('c', {
      staticPeers: [first, a, b].flatMap(({ status }) =>
        status.addresses.filter((address) => address.includes('/11.22.')),
      ),
    });
    await untilBothAreKnown();
  }, 60_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    internet.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(
    place: Place,
    config: Parameters<typeof NodeProcess.start>[0],
  ): Promise<NodeProcess> {
    const node = await NodeProcess.start({
      ...config,
      place: internet.command(place),
      listen: ['/ip4/0.0.0.0/tcp/0'],
    });
    nodes.push(node);
    return node;
  }

  async function host(place: Place, layers: typeof lower): Promise<NodeProcess> {
    const node = await start(place, {
      bundledModels: [join(folder, 'model.gguf')],
      shards: [{ model: longModel.name, layers }],
      engine: { threads: 1, backend: 'cpu', contextLength: longModel.contextLength },
    });
    await node.untilServing();
    return node;
  }

  async function untilBothAreKnown(): Promise<void> {
    const peers = [copies.a, copies.b].map(({ status }) => status.peer);
    await asker.until(
      (status) =>
        peers.every((peer) =>
          status.peers.some(
            (known) => known.peer === peer && known.connected && known.shards.length === 1,
          ),
        ),
      'both copies of the upper layers are known',
    );
  }

  /** Begins an answer, and pulls the cable of the one that computes it once the first text is there. */
  async function cutAnswer() {
    let cut: 'a' | 'b' | undefined;
    const pull = async (): Promise<void> => {
      const status = await copies.a.request('status', {});
      cut = status.shards.some(({ sessions }) => sessions > 0) ? 'a' : 'b';
      internet.setCable(cut, false);
    };
    let pulled: Promise<void> | undefined;
    const { over } = asker.chat(question, ({ type }) => {
      if (type === 'text') {
        pulled ??= pull();
      }
    });
    const events = await over;
    await pulled;
    return {
      cut: cut ?? 'a',
      receipt: events.find((event) => event.type === 'done')?.receipts[0],
    };
  }

  it('goes on with the answer over the other side of the cut, and comes together again when it heals', async () => {
    const first = await cutAnswer();
    expect(first.receipt).toMatchObject({ tokens: question.maxTokens, takeovers: 1 });
    expect(first.receipt?.stages.map(({ peer }) => peer)).not.toContain(
      copies[first.cut].status.peer,
    );

    internet.setCable(first.cut, true);
    await copies[first.cut].until(
      ({ shards }) => shards.every(({ sessions }) => sessions === 0),
      'what was left of the answer is freed',
    );
    await untilBothAreKnown();
    // The one whose cable is back has to answer now, when the other one is cut off.
    const other = first.cut === 'a' ? 'b' : 'a';
    internet.setCable(other, false);
    const { done } = await asker.ask(question);
    expect(done.receipts[0]).toMatchObject({ tokens: question.maxTokens });
    expect(done.receipts[0]?.stages.map(({ peer }) => peer)).toContain(
      copies[first.cut].status.peer,
    );
    internet.setCable(other, true);
  }, 90_000);
});
