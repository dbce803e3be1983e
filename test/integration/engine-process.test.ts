import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../src-worker/node/engines/engine-client.ts';
import type { LoadParameters } from '../../src-worker/wire/engine-messages.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import { eventually, isAlive, TestEngine } from '../support/engine/engine-process.ts';
import { promptTokens } from '../support/engine/engine-shards.ts';

const blockedEngine = fileURLToPath(new URL('../fixtures/blocked-engine.ts', import.meta.url));

let model: TestModel;
let engine: TestEngine | undefined;

beforeAll(async () => {
  model = await TestModel.create({ type: 'F16' });
});

afterEach(async () => {
  await engine?.stop();
  engine = undefined;
});

afterAll(async () => {
  await model.remove();
});

async function start(
  parameters: Partial<LoadParameters> = {},
  options: EngineOptions = {},
): Promise<TestEngine> {
  engine = await TestEngine.start({ path: model.path, contextLength: 512, ...parameters }, options);
  return engine;
}

describe('an engine process', () => {
  it('describes what it loaded and what that takes', async () => {
    const running = await start();
    const { memory, ...description } = running.client.description;
    expect(description).toEqual({
      llamaRelease: 'v0.5.0',
      backend: 'cpu',
      architecture: 'llama',
      layers: 4,
      width: 64,
      vocabularySize: 320,
      contextLength: 512,
      maxSessions: 8,
    });
    // 4 layers of 64 × (64 + 32 + 32 + 64) + 3 × 64 × 128 values and twice 64 × 320, in two bytes each.
    expect(memory.modelBytes).toBeGreaterThan(370_000);
    expect(memory.modelBytes).toBeLessThan(400_000);
    // 512 cells of 4 layers with 32 key and 32 value numbers, in two bytes each, is the least.
    expect(memory.contextBytes).toBeGreaterThan(512 * 4 * 64 * 2);
    expect(memory.residentBytes).toBeGreaterThan(memory.modelBytes);
    expect(memory.deviceBytes).toBe(0);
    expect((await running.client.report()).modelBytes).toBe(memory.modelBytes);
  });

  it('tokenizes text, and knows its vocabulary byte by byte', async () => {
    const running = await start({ path: await model.header(), vocabularyOnly: true });
    const text = 'The answer: 42 \u{1f600}\n';
    const vocabulary = await running.client.vocabulary();
    const tokens = await running.client.tokenize(text, true);
    const bytes = tokens.map((token) => vocabulary.pieces[token]).join('');
    expect(Buffer.from(bytes, 'latin1').toString('utf8')).toBe(text);

    const end = vocabulary.pieces.indexOf('<|end|>');
    expect(vocabulary).toMatchObject({ endOfGeneration: [end], endOfSequence: end });
    expect(vocabulary.control).toContain(end);
    expect(vocabulary.chatTemplate).toContain('add_generation_prompt');
    expect(await running.client.tokenize('<|end|>', true)).toEqual([end]);
    expect(await running.client.tokenize('<|end|>', false)).not.toContain(end);
    expect(await running.client.tokenize('', true)).toEqual([]);
  });

  it('tokenizes a megabyte without spaces', async () => {
    const running = await start({ path: await model.header(), vocabularyOnly: true });
    const tokens = await running.client.tokenize('a'.repeat(1024 * 1024), false);
    expect(tokens).toHaveLength(1024 * 1024);
  });

  it('finds out by itself that a machine without a GPU has none', async () => {
    const running = await start({ backend: 'auto' });
    expect(['cpu', 'cuda', 'vulkan', 'metal']).toContain(running.client.description.backend);
    await running.client.open({ session: 1, selfFeedUntil: 20 });
    running.send(1, 0, promptTokens(10));
    await running.until(() => running.tokensOf(1).length === 11);
  });

  it('ends when it is stopped, also in the middle of an answer, and leaves nothing behind', async () => {
    const running = await start();
    await running.client.open({ session: 1, selfFeedUntil: 500 });
    running.send(1, 0, promptTokens(10));
    await running.until(() => running.tokensOf(1).length > 3);
    await running.stop();
    expect(isAlive(running.client.pid)).toBe(false);
    expect(running.exit).toBeUndefined();
    await expect(running.client.report()).rejects.toMatchObject({ code: 'engine-died' });
  });

  it('is missed when it is killed: requests fail, and its owner is told', async () => {
    const running = await start();
    process.kill(running.client.pid ?? 0, 'SIGSTOP');
    const request = running.client.report();
    process.kill(running.client.pid ?? 0, 'SIGKILL');
    await expect(request).rejects.toMatchObject({
      code: 'engine-died',
      message: expect.stringContaining('SIGKILL'),
    });
    await eventually(() => running.exit !== undefined);
    expect(running.exit?.message).toContain(model.path);
  });

  it('is missed within five seconds when it is stopped in the middle of an answer', async () => {
    const running = await start();
    await running.client.open({ session: 1, selfFeedUntil: 500 });
    running.send(1, 0, promptTokens(10));
    await running.until(() => running.tokensOf(1).length > 3);
    process.kill(running.client.pid ?? 0, 'SIGSTOP');
    const stoppedAt = performance.now();
    await eventually(() => running.exit !== undefined, 20_000);
    expect(performance.now() - stoppedAt).toBeLessThan(6000);
    expect(running.exit?.message).toMatch(/gave no sign of life for \d seconds and was ended/);
    expect(isAlive(running.client.pid)).toBe(false);
  });

  it('is missed when a call of its main thread never returns', async () => {
    const running = await start({}, { entry: blockedEngine });
    const askedAt = performance.now();
    await expect(running.client.report()).rejects.toMatchObject({
      code: 'engine-died',
      message: expect.stringContaining('did not respond and computed nothing for'),
    });
    expect(performance.now() - askedAt).toBeLessThan(12_000);
  });

  it('ends within two seconds when its node is gone, also while its main thread computes', async () => {
    const child = spawn(process.execPath, [blockedEngine, 'at-once'], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit');
    const pulse = child.stdio[4] as Socket;
    await once(pulse, 'data');
    const goneAt = performance.now();
    pulse.destroy();
    expect((await exited)[1]).toBe('SIGKILL');
    expect(performance.now() - goneAt).toBeLessThan(2500);
  });

  it('ends when its parent is killed', async () => {
    const script = fileURLToPath(new URL('../support/engine/engine-parent.ts', import.meta.url));
    const parent = spawn(process.execPath, [script, model.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => !isAlive(pid));
  });
});

describe('an engine process with large hidden states', () => {
  const width = 1024;
  const tokens = 512;
  let wide: TestModel;

  beforeAll(async () => {
    wide = await TestModel.create({ layers: 3, width, feedForward: 64, type: 'F16' });
  });

  afterAll(async () => {
    await wide.remove();
  });

  it('holds its sender back while it does not read, and loses nothing', async () => {
    const running = await start({ path: await wide.cut(1, 1), role: 'middle' });
    await running.client.open({ session: 1 });
    process.kill(running.client.pid ?? 0, 'SIGSTOP');
    let sent = 0;
    while (!running.client.isCongested) {
      // Each frame truncates what the one before it has filled.
      running.client.send({
        session: 1,
        position: 0,
        count: tokens,
        flags: sent,
        computeMicros: 0,
        values: new Uint8Array(tokens * width * 4),
      });
      sent += 1;
    }
    expect(sent * tokens * width * 4).toBeGreaterThanOrEqual(8 * 1024 * 1024);
    process.kill(running.client.pid ?? 0, 'SIGCONT');
    await running.client.drained();
    expect(running.client.isCongested).toBe(false);
    await running.until(() => running.outputs.length === sent);
    expect(running.outputs.map(({ flags }) => flags)).toEqual(
      Array.from({ length: sent }, (_, index) => index),
    );
  });

  it('keeps its output for a reader that pauses, in order', async () => {
    const running = await start({ path: await wide.cut(0, 0), role: 'first' });
    await running.client.open({ session: 1 });
    running.client.pause();
    for (let frame = 0; frame < 10; frame += 1) {
      running.send(1, 0, promptTokens(tokens), frame);
    }
    // A request after the work is answered after the work's output.
    const report = running.client.report();
    expect(running.outputs).toHaveLength(0);
    running.client.resume();
    await report;
    await running.until(() => running.outputs.length === 10);
    expect(running.outputs.map(({ flags }) => flags)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('loading', () => {
  it('refuses a file that is not there', async () => {
    const path = join(model.folder, 'nowhere.gguf');
    await expect(start({ path })).rejects.toMatchObject({
      code: 'engine-load-failed',
      message: expect.stringContaining(path),
    });
  });

  it('refuses a file that is not a model, with what llama.cpp says', async () => {
    const path = join(model.folder, 'noise.gguf');
    await writeFile(path, 'This is not a model.');
    await expect(start({ path })).rejects.toMatchObject({
      code: 'engine-load-failed',
      message: expect.stringContaining('magic'),
    });
  });

  it('refuses a part from the middle as the end of a chain', async () => {
    const path = await model.cut(1, 2);
    await expect(start({ path, role: 'last' })).rejects.toMatchObject({
      code: 'engine-load-failed',
      message: expect.stringContaining('no tokenizer'),
    });
  });

  it('is given up after its deadline, and no process is left', async () => {
    const load = TestEngine.start({ path: model.path }, { loadMilliseconds: 1 });
    await expect(load).rejects.toMatchObject({ code: 'timed-out' });
  });

  it('is given up when it is cancelled', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const load = TestEngine.start({ path: model.path }, { signal });
    controller.abort();
    await expect(load).rejects.toMatchObject({ code: 'cancelled' });
    const again = TestEngine.start({ path: model.path }, { signal });
    await expect(again).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('fails clearly when the engine cannot even start', async () => {
    const load = TestEngine.start(
      { path: model.path },
      { entry: join(model.folder, 'no-script.js') },
    );
    await expect(load).rejects.toMatchObject({
      code: 'engine-died',
      message: expect.stringContaining('no-script.js'),
    });
  });
});
