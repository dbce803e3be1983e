/** What a real node downloads, stores and deletes of models: no byte too much, and within the owner's disk limit. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { LayerRange } from '../../src-shared/model.ts';
import { startGiver } from '../support/models/model-giver.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { transferModel } from '../support/models/transfer-parts.ts';

const model = transferModel.name;
const layer = (number: number): LayerRange => ({ firstLayer: number, lastLayer: number });

async function shardsOf(node: NodeProcess): Promise<string[]> {
  const names = await readdir(join(node.dataFolder, 'models', 'shards'), { recursive: true });
  return names.flatMap((name) => /(\d+-\d+)\.gguf$/.exec(name)?.[1] ?? []).toSorted();
}

it('is what the desired layers need, and makes room for what is used later', async () => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, transferModel);
  const giver = await startGiver(path);
  const node = await NodeProcess.start({ staticPeers: [...giver.mesh.addresses()] });
  onTestFinished(() => node.stop());
  await node.until(({ models }) => models.length === 1, 'the model is heard of');

  await node.request('downloadModel', { model, layers: layer(1) });
  const [given] = giver.library.list();
  // Every shard has the norm before the head.
  const tensors = given?.manifest.tensors.filter(({ name }) =>
    /^(blk\.1|output_norm)\./.test(name),
  );
  expect(giver.given.bytes).toBe(tensors?.reduce((sum, { size }) => sum + size, 0));
  const { usedBytes } = await node.request('modelStorage', {});

  // Room for two and a half of them.
  await node.configure({ hosting: { diskBytes: Math.floor(usedBytes * 2.5) } });
  await node.configure({ shards: [{ model, layers: layer(2) }] });
  await node.until(({ shards }) => shards[0]?.state === 'serving', 'a layer is hosted');
  expect(await shardsOf(node)).toEqual(['1-1', '2-2']);
  await node.request('downloadModel', { model, layers: layer(3) });
  expect(await shardsOf(node)).toEqual(['2-2', '3-3']);
  // A hosted shard stays, though it was used longer ago.
  await node.request('downloadModel', { model, layers: layer(4) });
  expect(await shardsOf(node)).toEqual(['2-2', '4-4']);
  expect((await node.request('modelStorage', {})).usedBytes).toBeLessThanOrEqual(usedBytes * 2.5);

  // Of two shards that are not hosted, the one that was requested last stays.
  await node.configure({ shards: [] });
  await node.request('downloadModel', { model, layers: layer(2) });
  const before = giver.given.bytes;
  await node.request('downloadModel', { model, layers: layer(1) });
  expect(await shardsOf(node)).toEqual(['1-1', '2-2']);
  expect(giver.given.bytes - before).toBeLessThan(usedBytes);

  await node.request('removeModel', { model });
  expect(await node.request('modelStorage', {})).toMatchObject({ usedBytes: 0 });
});
