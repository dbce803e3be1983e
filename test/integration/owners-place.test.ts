/**
 * Strangers open sessions on a real node and let it compute nothing: its owner and others are answered all the same.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { NodeProcess } from '../support/host/node-process.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { StageAttacker } from '../support/mesh/stage-attacker.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const maxSessions = 8;

async function startNode(): Promise<NodeProcess> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path);
  const model = smallModel.name;
  const node = await NodeProcess.start({
    bundledModels: [path],
    shards: [
      { model, layers: { firstLayer: 0, lastLayer: 1 } },
      { model, layers: { firstLayer: 2, lastLayer: 3 } },
    ],
    engine: { threads: 1, backend: 'cpu', maxSessions },
  });
  onTestFinished(() => node.stop());
  await node.untilServing();
  return node;
}

/** Opens a session that never gets a segment; false when it was refused for lack of a place. */
async function takePlace(stranger: StageAttacker): Promise<boolean> {
  const session = randomBytes(16).toString('hex');
  try {
    await stranger.open(stranger.openHalf('last', { session }));
    return true;
  } catch (error) {
    expect(String(error)).toContain('over-capacity');
    return false;
  }
}

/** Tries to have all places at once; returns how many it got. */
async function takePlaces(stranger: StageAttacker): Promise<number> {
  const attempts = Array.from({ length: maxSessions }, () => takePlace(stranger));
  return (await Promise.all(attempts)).filter(Boolean).length;
}

it('eight sessions of one stranger keep no requester from a machine, nor do those of many', async () => {
  const node = await startNode();
  const ask = async (): Promise<number> => {
    const askedAt = performance.now();
    await node.ask({
      model: smallModel.name,
      messages: [{ role: 'user', content: 'Are you well?' }],
      sampling: { temperature: 0 },
      maxTokens: 8,
    });
    return performance.now() - askedAt;
  };
  await ask();

  const first = await StageAttacker.start(node.status);
  expect(await takePlaces(first)).toBe(2);
  expect(await ask()).toBeLessThan(3000);

  const others = [
    await StageAttacker.start(node.status),
    await StageAttacker.start(node.status),
    await StageAttacker.start(node.status),
  ];
  for (const other of others) {
    expect(await takePlaces(other)).toBe(2);
  }
  expect(await ask()).toBeLessThan(3000);
});
