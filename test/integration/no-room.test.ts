/** A shard that the owner chose, for which the computer has no room. */
import { expect, it, onTestFinished } from 'vitest';
import { appFiles } from '../../src-main/base/app-files.ts';
import { NodeProcess } from '../support/host/node-process.ts';

const { demoModel, demoModelName } = appFiles();
const engine = { threads: 1, backend: 'cpu', contextLength: 1024 } as const;

it('is kept from loading with the reason, and loaded once there is room', async () => {
  const node = await NodeProcess.start({
    bundledModels: [demoModel],
    shards: [{ model: demoModelName }],
    engine: { ...engine, memoryBytes: 2_000_000 },
  });
  onTestFinished(() => node.stop());
  const reason =
    /^Layers 0 to 5 of MindMesh Demo are not loaded: they need [\d.]+ MB of this computer’s memory, and it has 1.9 MB for them\./;
  await node.until(({ shards }) => shards.length > 0, 'the shard is told of');
  expect(node.status.shards).toMatchObject([
    { state: 'faulted', pid: null, fault: expect.stringMatching(reason) },
  ]);
  const question = {
    model: demoModelName,
    messages: [{ role: 'user' as const, content: 'hello' }],
    maxTokens: 4,
  };
  await expect(node.ask(question)).rejects.toThrow('they need');
  await node.configure({ engine: { ...engine, memoryBytes: 2_000_000_000 } });
  await node.untilServing();
  expect((await node.ask(question)).text).not.toBe('');
});
