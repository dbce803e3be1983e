import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplingSchema } from '../../src-shared/model.ts';
import { fullComputeShare } from '../../src-shared/compute-share.ts';
import { TestEngine } from '../support/engine/engine-process.ts';

const demoModel = join(import.meta.dirname, '../../assets/demo-model.gguf');
const text =
  'A computer that nobody uses can work for others, and its owner should not notice. '.repeat(4);

let engine: TestEngine;
let tokens: number[];
let sessions = 0;

beforeAll(async () => {
  engine = await TestEngine.start({ path: demoModel, threads: 2, contextLength: 1024 });
  tokens = await engine.client.tokenize(text, false);
});

afterAll(async () => {
  await engine.stop();
});

/**
 * Gives the engine the text token by token, all at once, so that each token is a batch; returns the model's last
 * choice.
 */
async function read(): Promise<number> {
  sessions += 1;
  await engine.client.open({ session: sessions, sampling: samplingSchema.parse({ seed: 7 }) });
  for (const [position, token] of tokens.entries()) {
    engine.send(sessions, position, [token]);
  }
  return sessions;
}

function isRead(session: number): boolean {
  return engine.outputsOf(session).length === tokens.length;
}

/** The model's choices, and the share of the time in which it computed. */
async function readToEnd(): Promise<{ said: number[]; share: number }> {
  const start = performance.now();
  const session = await read();
  await engine.until(() => isRead(session));
  const wallMs = performance.now() - start;
  await engine.client.close(session);
  const computedMs = engine
    .outputsOf(session)
    .reduce((sum, { computeMicros }) => sum + computeMicros / 1000, 0);
  return { said: engine.tokensOf(session), share: computedMs / wallMs };
}

describe('the pace of an engine', () => {
  it('computes in the share of the time that it is told, and says the same', async () => {
    const atFull = await readToEnd();
    await engine.client.setComputeShare({ workShare: 0.25, cpuShare: 1 });
    const atQuarter = await readToEnd();
    await engine.client.setComputeShare({ workShare: 1, cpuShare: 0.5 });
    const onOneThread = await readToEnd();
    expect(tokens.length).toBeGreaterThan(60);
    expect(atFull.share).toBeGreaterThan(0.5);
    expect(atQuarter.share).toBeLessThan(0.3);
    expect(atQuarter.share).toBeGreaterThan(0.15);
    expect(atQuarter.said).toEqual(atFull.said);
    expect(onOneThread.said).toEqual(atFull.said);
  });

  it('opens, closes and answers while it is idle, and goes on at once when it may work more', async () => {
    await engine.client.setComputeShare({ workShare: 0.05, cpuShare: 1 });
    const session = await read();
    await engine.until(() => engine.outputsOf(session).length >= 5);
    const start = performance.now();
    await engine.client.report();
    await engine.client.close(await read());
    const answeredMs = performance.now() - start;
    const before = engine.outputsOf(session).length;
    await engine.client.setComputeShare(fullComputeShare);
    await engine.until(() => isRead(session));
    await engine.client.close(session);
    expect(answeredMs).toBeLessThan(1000);
    expect(before).toBeLessThan(tokens.length);
  });

  it('is no matter where nothing computes', async () => {
    const vocabulary = await TestEngine.start({ path: demoModel, vocabularyOnly: true });
    try {
      await expect(vocabulary.client.setComputeShare(fullComputeShare)).rejects.toMatchObject({
        code: 'request-invalid',
      });
    } finally {
      await vocabulary.stop();
    }
  });
});
