/** Two answers that together need more cells than the cache has: both are answers, and none is an error. */
import { join } from 'node:path';
import OpenAI from 'openai';
import { expect, it, onTestFinished } from 'vitest';
import { NodeProcess } from '../support/host/node-process.ts';
import { longModel } from '../support/sessions/node-chain.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const apiKey = 'mm-key-of-a-node-with-a-small-cache';
const cells = 1024;
/** One token for each letter, so that both prompts fit with hardly any room beside them. */
const question = 'a'.repeat(440);

const all = { firstLayer: 0, lastLayer: longModel.layers - 1 };
const lower = { firstLayer: 0, lastLayer: 1 };
const upper = { firstLayer: 2, lastLayer: longModel.layers - 1 };

type Ended = { readonly reason: string | null; readonly tokens: number; readonly prompt: number };

async function start(
  path: string,
  layers: typeof all | undefined,
  staticPeers: readonly string[] = [],
): Promise<NodeProcess> {
  const node = await NodeProcess.start({
    bundledModels: [path],
    shards: layers === undefined ? [] : [{ model: longModel.name, layers }],
    staticPeers: [...staticPeers],
    gateway: { port: 0, apiKey },
    engine: { threads: 1, backend: 'cpu', contextLength: cells },
  });
  onTestFinished(() => node.stop());
  await node.untilServing();
  return node;
}

it.each([
  ['on this machine', [], all],
  ['at a peer', [all], undefined],
  ['cut over two peers', [lower, upper], undefined],
])('two long answers on one cache both end as answers: %s', async (_, peers, own) => {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, longModel);
  const hosts = await Promise.all(peers.map((layers) => start(path, layers)));
  const asker = await start(
    path,
    own,
    hosts.flatMap(({ status }) => status.addresses),
  );
  await asker.untilAvailable(longModel.name);
  const client = new OpenAI({
    baseURL: `http://127.0.0.1:${asker.status.gatewayPort}/v1`,
    apiKey,
    maxRetries: 0,
  });
  const [streamed, whole] = await Promise.all([askStreamed(client), ask(client)]);
  expect([streamed.reason, whole.reason]).toEqual(['length', 'length']);
  const [shorter = streamed, longer = whole] = [streamed, whole].toSorted(
    (one, other) => one.tokens - other.tokens,
  );
  // One answer makes way for the other one, which then gets its full length.
  expect(shorter.tokens).toBeGreaterThan(0);
  expect(longer.prompt + longer.tokens).toBe(cells);
});

function request() {
  return {
    model: longModel.name,
    messages: [{ role: 'user' as const, content: question }],
    temperature: 0,
    max_tokens: 32_000,
  };
}

async function ask(client: OpenAI): Promise<Ended> {
  const { choices, usage } = await client.chat.completions.create(request());
  return {
    reason: choices[0]?.finish_reason ?? null,
    tokens: usage?.completion_tokens ?? 0,
    prompt: usage?.prompt_tokens ?? 0,
  };
}

async function askStreamed(client: OpenAI): Promise<Ended> {
  const stream = await client.chat.completions.create({
    ...request(),
    stream: true,
    stream_options: { include_usage: true },
  });
  let ended: Ended = { reason: null, tokens: 0, prompt: 0 };
  for await (const { choices, usage } of stream) {
    const reason = choices[0]?.finish_reason ?? ended.reason;
    const { completion_tokens: tokens = 0, prompt_tokens: prompt = 0 } = usage ?? {};
    ended = { reason, tokens, prompt };
  }
  return ended;
}
