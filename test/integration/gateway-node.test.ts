import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAI } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { receiptSchema } from '../../src-shared/chat.ts';
import { mindmesh } from '../support/host/host-command-line.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';

const apiKey = 'mm-key-of-the-gateway-in-a-node';
const asked = {
  model: smallModel.name,
  messages: [{ role: 'user' as const, content: 'What is this?' }],
  temperature: 0,
  max_tokens: 48,
};

describe('the gateway of a node, over a model that is cut between two', () => {
  let folder: string;
  const nodes: NodeProcess[] = [];
  let client: OpenAI;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mindmesh-gateway-node-'));
    const path = join(folder, 'model.gguf');
    await writeRandomModel(path);
    const hosting = (firstLayer: number, lastLayer: number) => ({
      bundledModels: [path],
      shards: [{ model: smallModel.name, layers: { firstLayer, lastLayer } }],
      engine: { threads: 1, backend: 'cpu' as const },
    });
    const first = await NodeProcess.start(hosting(0, 1));
    nodes.push(first);
    const second = await NodeProcess.start({
      ...hosting(2, 3),
      staticPeers: first.status.addresses,
      gateway: { port: 0, apiKey },
    });
    nodes.push(second);
    await Promise.all(nodes.map((node) => node.untilServing()));
    await second.untilAvailable(smallModel.name);
    const baseURL = `http://127.0.0.1:${second.status.gatewayPort}/v1`;
    client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await rm(folder, { recursive: true });
  });

  async function untilNothingRuns(): Promise<void> {
    for (const node of nodes) {
      await node.until(
        ({ shards, requests }) =>
          requests.active === 0 && shards.every(({ sessions }) => sessions === 0),
        'no session is left',
      );
    }
  }

  it('answers, and its receipt names both stages', async () => {
    const answer = await client.chat.completions.create(asked);
    expect(answer.usage?.completion_tokens).toBe(48);
    expect(answer).toMatchObject({
      x_mindmesh: {
        receipts: [
          {
            tokens: 48,
            stages: [
              { peer: nodes[0]?.status.peer, firstLayer: 0, lastLayer: 1 },
              { peer: nodes[1]?.status.peer, firstLayer: 2, lastLayer: 3 },
            ],
          },
        ],
      },
    });
    await untilNothingRuns();
  });

  it('gives a receipt that "receipt verify" finds genuine, and names the part of which a byte was changed', async () => {
    const answer = JSON.stringify(await client.chat.completions.create(asked));
    const file = join(folder, 'answer.json');
    await writeFile(file, answer);
    const genuine = await mindmesh(['receipt', 'verify', file]);
    expect(genuine).toMatchObject({ code: 0, err: '' });
    const [one, other] = nodes.map(({ status }) => status.peer);
    expect(genuine.out).toContain(`The part of layers 0 to 1 by ${one} is signed: `);
    expect(genuine.out).toContain(`The part of layers 2 to 3 by ${other} is signed: `);
    expect(genuine.out).toContain(`The whole is as ${other} signed it on `);

    const { x_mindmesh: field } = z
      .object({ x_mindmesh: z.object({ receipts: z.array(receiptSchema) }) })
      .parse(JSON.parse(answer));
    const [receipt] = field.receipts;
    const [, part] = receipt?.signedParts ?? [];
    expect(part).toBeTypeOf('string');
    const changed = `${part?.slice(0, 200)}${part?.[200] === 'A' ? 'B' : 'A'}${part?.slice(201)}`;
    await writeFile(file, answer.replace(part ?? '', changed));
    const forged = await mindmesh(['receipt', 'verify', file]);
    expect(forged.code).toBe(1);
    expect(forged.out).toContain(
      `The part of layers 2 to 3 by ${other} was changed after it was signed.`,
    );

    // The field and a receipt alone are taken, too.
    for (const saved of [field, receipt]) {
      await writeFile(file, JSON.stringify(saved));
      expect(await mindmesh(['receipt', 'verify', file])).toEqual(genuine);
    }
    await untilNothingRuns();
    // The signed parts agree with what the asking node knows.
    const { peers } = (await nodes[1]?.request('status', {})) ?? {};
    expect(peers?.map(({ reputation = 1 }) => reputation)).toEqual([1]);
  });

  it('gives a stream that "receipt verify" takes as it was saved, and in which it finds a changed byte', async () => {
    const response = await fetch(`${client.baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...asked, stream: true, stream_options: { include_usage: true } }),
    });
    const saved = await response.text();
    const file = join(folder, 'answer.sse');
    await writeFile(file, saved);
    const genuine = await mindmesh(['receipt', 'verify', file]);
    expect(genuine).toMatchObject({ code: 0, err: '' });
    const other = nodes[1]?.status.peer;
    expect(genuine.out).toContain(`The part of layers 2 to 3 by ${other} is signed: `);
    expect(genuine.out).toContain(`The whole is as ${other} signed it on `);

    const changed = saved.replace(/("tokens":4)8/, '$19');
    expect(changed).not.toBe(saved);
    await writeFile(file, changed);
    const forged = await mindmesh(['receipt', 'verify', file]);
    expect(forged.code).toBe(1);
    expect(forged.out).toContain('The rest of the receipt was changed after it was signed.');
    await untilNothingRuns();
  });

  it('gives a receipt also when a stop text ended the answer', async () => {
    const whole = await client.chat.completions.create(asked);
    const text = whole.choices[0]?.message.content ?? '';
    const stop = text.slice(10, 14);
    const cut = await client.chat.completions.create({ ...asked, max_tokens: 1500, stop });
    expect(cut.choices[0]).toMatchObject({
      message: { content: text.slice(0, text.indexOf(stop)) },
      finish_reason: 'stop',
    });
    expect(cut).toMatchObject({ x_mindmesh: { receipts: [{ stages: [{}, {}] }] } });
    await untilNothingRuns();
  });

  it('frees both stages when the client aborts a stream', async () => {
    const stream = await client.chat.completions.create({
      ...asked,
      max_tokens: 1900,
      stream: true,
    });
    await stream[Symbol.asyncIterator]().next();
    stream.controller.abort();
    await untilNothingRuns();
    expect((await client.chat.completions.create(asked)).usage?.completion_tokens).toBe(48);
  });

  it('goes on with an answer whose engine was killed, once it is back', async () => {
    const stream = await client.chat.completions.create({
      ...asked,
      max_tokens: 400,
      stream: true,
      stream_options: { include_usage: true },
    });
    const [pid = 0] = nodes[0]?.enginePids ?? [];
    let tokens: number | undefined;
    for await (const { usage } of stream) {
      if (tokens === undefined) {
        process.kill(pid, 'SIGKILL');
        tokens = 0;
      }
      tokens = usage?.completion_tokens ?? tokens;
    }
    expect(tokens).toBe(400);
    await nodes[0]?.until(
      ({ shards }) => shards.every((shard) => shard.state === 'serving' && shard.pid !== pid),
      'the engine is back',
    );
    await nodes[1]?.untilAvailable(smallModel.name);
    expect((await client.chat.completions.create(asked)).usage?.completion_tokens).toBe(48);
  });
});
