/** A peer that lies is disconnected and remembered: it is left out from then on, also after a restart of the node. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { LayerRange } from '../../src-shared/model.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { type Giver, startGiver } from '../support/models/model-giver.ts';
import { testFolder } from '../support/mesh/mesh-peers.ts';
import { NodeProcess, type NodeProcessConfig } from '../support/host/node-process.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { transferModel } from '../support/models/transfer-parts.ts';

const model = transferModel.name;
const lower: LayerRange = { firstLayer: 0, lastLayer: 1 };
const upper: LayerRange = { firstLayer: 4, lastLayer: 5 };

async function start(config: NodeProcessConfig): Promise<NodeProcess> {
  const node = await NodeProcess.start(config);
  onTestFinished(() => node.stop());
  return node;
}

function reputationOf(node: NodeProcess, { mesh }: Giver): number {
  return node.status.peers.find(({ peer }) => peer === mesh.peer)?.reputation ?? 1;
}

async function untilHeard(node: NodeProcess, givers: readonly Giver[]): Promise<void> {
  await eventuallyTrue('the givers are connected and heard of', async () => {
    const { peers, models } = await node.request('status', {});
    return (
      models.length === 1 &&
      givers.every(({ mesh }) => peers.some((each) => each.peer === mesh.peer && each.connected))
    );
  });
}

it('is left out, and known for it, when it gave wrong bytes: after a restart, too', async () => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, transferModel);
  const liar = await startGiver(path, {
    spoil: (supplied) => ({
      read: async (chunk) => {
        const bytes = Buffer.from((await supplied.read(chunk)) ?? []);
        bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
        return bytes;
      },
    }),
  });
  const dataFolder = await testFolder();
  const config = { dataFolder, staticPeers: [...liar.mesh.addresses()] };
  const node = await start(config);
  await untilHeard(node, [liar]);

  // No other peer is there at first, so that the lying peer is certainly asked.
  const fetched = node.request('downloadModel', { model, layers: upper });
  await node.until(() => reputationOf(node, liar) < 0.25, 'it has lost its reputation');
  const honest = await startGiver(path);
  await node.request('cancelDownload', { model }).catch(() => {});
  await fetched.catch(() => {});
  await node.stop();
  const lied = liar.given.bytes;
  expect(lied).toBeGreaterThan(0);

  const again = await start({
    ...config,
    staticPeers: [...config.staticPeers, ...honest.mesh.addresses()],
  });
  await untilHeard(again, [liar, honest]);
  await again.until(() => reputationOf(again, liar) < 0.26, 'it is still known');
  await again.request('downloadModel', { model, layers: upper });
  await again.request('downloadModel', { model, layers: lower });
  expect(liar.given.bytes).toBe(lied);
  expect(reputationOf(again, honest)).toBe(1);
});
