/** Engine processes are stopped, as by a driver that hangs: their nodes notice that, and answers go on. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NodeChain } from '../support/sessions/node-chain.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { descendantsOf } from '../support/host/process-children.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const answerTokens = 500;
/** The time to notice a hung engine and to start it again, on a machine that is busy with tests, in milliseconds. */
const longestMs = 20_000;

/**
 * Stops the node's first engine, and waits until the node has reported that and has a new engine. The status shows
 * the fault for only 250 ms, which a busy machine may miss between two requests; the log has the same text.
 */
async function hangEngine(node: NodeProcess | undefined): Promise<void> {
  const [pid] = node?.enginePids ?? [];
  process.kill(pid ?? 0, 'SIGSTOP');
  await node?.until(
    () => node.logs.some((line) => / failed: The engine for .* gave no sign of life/.test(line)),
    'it tells of the hung engine',
  );
  await node?.until(
    ({ shards }) => shards[0]?.state === 'serving' && shards[0].pid !== pid,
    'there is another engine',
  );
}

describe('an engine that hangs in the middle of an answer', () => {
  it.each([
    ['of a whole model at a peer', [{ firstLayer: 0, lastLayer: 3 }]],
    [
      'of a part of a model',
      [
        { firstLayer: 0, lastLayer: 1 },
        { firstLayer: 2, lastLayer: 3 },
      ],
    ],
  ])('%s is started again, and the answer goes on with the same text', async (_, ranges) => {
    const chain = await NodeChain.start(ranges);
    onTestFinished(() => chain.stop());
    const undisturbed = await chain.answer(answerTokens);
    const [node] = chain.hosting;
    const beganAt = performance.now();
    expect(await chain.answer(answerTokens, () => hangEngine(node))).toBe(undisturbed);
    expect(performance.now() - beganAt).toBeLessThan(longestMs);
    await chain.untilNothingRuns();
  });
});

const question = {
  model: smallModel.name,
  messages: [{ role: 'user' as const, content: 'Are you well?' }],
  sampling: { temperature: 0 },
  maxTokens: 300,
};

async function startNode(): Promise<NodeProcess> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path);
  const node = await NodeProcess.start({
    bundledModels: [path],
    shards: [{ model: smallModel.name }],
    engine: { threads: 1, backend: 'cpu' },
  });
  onTestFinished(() => node.stop());
  await node.untilServing();
  return node;
}

describe('on this machine', () => {
  it('an engine that hangs holds up no answer for good, and others go on too', async () => {
    const node = await startNode();
    const begun = Promise.withResolvers<void>();
    const answers = [
      node.chat(question, () => begun.resolve()).over,
      node.chat({ ...question, maxTokens: 200 }).over,
    ];
    await begun.promise;
    await hangEngine(node);
    // Two answers at once share batches, so that their texts may differ from those of single answers; both are
    // complete.
    const ends = (await Promise.all(answers)).map((events) => events.at(-1));
    expect(ends).toMatchObject([
      { type: 'done', completionTokens: 300 },
      { type: 'done', completionTokens: 200 },
    ]);
  });

  it('a tokenizer that hangs is replaced, and its question is answered by the next one', async () => {
    const node = await startNode();
    await node.ask(question);
    const [tokenizer] = await enginesOf(node, node.enginePids);
    process.kill(tokenizer ?? 0, 'SIGSTOP');
    await node.ask(question);
    expect(await enginesOf(node, node.enginePids)).not.toContain(tokenizer);
  });
});

/** Engine processes of a node, without these. */
async function enginesOf(node: NodeProcess, except: readonly number[]): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await descendantsOf(node.pid)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (command.includes('engine.js') && !except.includes(pid)) {
      found.push(pid);
    }
  }
  return found;
}
