import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppError } from '../../src-shared/errors.ts';
import { Decoder } from '../../src-worker/engine/decoder.ts';
import { type Library, openLibrary } from '../../src-worker/engine/llama/library.ts';
import { Shard } from '../../src-worker/engine/llama/shard.ts';
import { type Segment, segmentFlags } from '../../src-worker/wire/segment.ts';
import { TestModel, tokensAsBytes } from '../support/engine/engine-models.ts';
import { promptTokens } from '../support/engine/engine-shards.ts';

let library: Library;
let model: TestModel;
let shard: Shard;

beforeAll(async () => {
  library = await openLibrary('cpu');
  model = await TestModel.create({ type: 'F16' });
  const options = { contextLength: 2048, maxSessions: 4, batchSize: 128, threads: 1 };
  shard = await Shard.load(library, await model.cut(0, 1), { ...options, role: 'first' });
});

afterAll(async () => {
  shard.dispose();
  await model.remove();
});

/** A decoder whose outputs are recorded, on a clock that the test sets. */
function observe(congestion: () => Promise<void> | undefined = () => undefined) {
  const outputs: Segment[] = [];
  const failures: AppError[] = [];
  const clock = { now: 0 };
  const events = {
    onOutput: (segment: Segment) => outputs.push(segment),
    onSessionFailed: (_: number, error: AppError) => failures.push(error),
    onProgress: () => {},
    congestion,
  };
  const decoder = new Decoder(library.llama, shard, 4, events, () => clock.now);
  const send = (
    session: number,
    position: number,
    count: number,
    flags: number = segmentFlags.sample,
  ): void => {
    const values = tokensAsBytes(promptTokens(count, position));
    const detail = new Uint8Array(0);
    decoder.push({ session, position, count, flags, computeMicros: 0, values, detail });
  };
  return { decoder, outputs, failures, clock, send };
}

describe('the engine’s loop', () => {
  it('decodes nothing in the call that brings a segment: later frames are read first', async () => {
    const { decoder, outputs, send } = observe();
    decoder.open({ session: 1, generated: [] });
    send(1, 0, 4);
    expect(outputs).toHaveLength(0);
    decoder.close(1);
    await turn();
    await turn();
    expect(outputs).toHaveLength(0);
    decoder.dispose();
  });

  it('waits while its output is not taken', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let congested: Promise<void> | undefined = promise;
    const { decoder, outputs, send } = observe(() => congested);
    decoder.open({ session: 1, generated: [] });
    send(1, 0, 4);
    for (let turns = 0; turns < 10; turns += 1) {
      await turn();
    }
    expect(outputs).toHaveLength(0);
    congested = undefined;
    resolve();
    for (let turns = 0; turns < 3; turns += 1) {
      await turn();
    }
    expect(outputs).toHaveLength(1);
    decoder.dispose();
  });

  it('gives the room of a cached prefix to one that computes', async () => {
    const { decoder, outputs, failures, send } = observe();
    const compute = async (session: number, count: number): Promise<void> => {
      decoder.open({ session, generated: [] });
      send(session, 0, count);
      const isDone = (): boolean =>
        outputs.some(
          (segment) => segment.session === session && segment.position + segment.count === count,
        );
      while (!isDone() && failures.length === 0) {
        await turn();
      }
    };
    await compute(1, 1500);
    decoder.retain(1, 1024);
    await compute(2, 1500);
    expect(failures).toEqual([]);
    await compute(3, 1500);
    expect(failures).toMatchObject([{ code: 'context-too-long' }]);
    decoder.dispose();
  });

  it('lets an answer’s tokens pass between the pieces of another session’s prompt', async () => {
    const { decoder, outputs, send } = observe();
    decoder.open({ session: 1, generated: [] });
    decoder.open({ session: 2, generated: [] });
    send(1, 0, 1);
    await turn();
    send(2, 0, 600);
    for (let position = 1; outputs.at(-1)?.position !== 536; position += 1) {
      send(1, position, 1);
      await turn();
    }
    const order = outputs.map(({ session, count }) => ({ session, count }));
    // Until a speed is measured, a prompt beside an answer gets 64 tokens, whatever the batch has room for.
    expect(order.slice(1, 7)).toEqual([
      { session: 1, count: 1 },
      { session: 2, count: 64 },
      { session: 1, count: 1 },
      { session: 2, count: 127 },
      { session: 1, count: 1 },
      { session: 2, count: 127 },
    ]);
    decoder.dispose();
  });

  it('gives a prompt that is alone the whole batch, also after an old answer', async () => {
    const { decoder, outputs, clock, send } = observe();
    decoder.open({ session: 1, generated: [] });
    decoder.open({ session: 2, generated: [] });
    send(1, 0, 1);
    await turn();
    clock.now += 5000;
    send(2, 0, 256);
    await turn();
    await turn();
    expect(outputs.map(({ count }) => count)).toEqual([1, 128, 128]);
    decoder.dispose();
  });

  it('shares a batch between prompts', async () => {
    const { decoder, outputs, send } = observe();
    for (const session of [1, 2, 3]) {
      decoder.open({ session, generated: [] });
      send(session, 0, 100);
    }
    await turn();
    expect(outputs.map(({ session, count }) => [session, count])).toEqual([
      [1, 43],
      [2, 43],
      [3, 42],
    ]);
    decoder.dispose();
  });

  it('computes one by one what asks for it: in one frame, bit by bit as one token at a time, whatever else is asked', async () => {
    const { decoder, outputs, send } = observe();
    const valuesOf = (session: number, from: number): Buffer =>
      Buffer.concat(
        outputs
          .filter((segment) => segment.session === session && segment.position >= from)
          .map(({ values }) => values),
      );
    const rowBytes = shard.model.width * 4;
    decoder.open({ session: 1, generated: [] });
    send(1, 0, 64);
    for (let position = 64; position < 70; position += 1) {
      send(1, position, 1);
    }
    while (valuesOf(1, 64).byteLength < 6 * rowBytes) {
      await turn();
    }
    decoder.close(1);
    decoder.open({ session: 2, generated: [] });
    decoder.open({ session: 3, generated: [] });
    send(2, 0, 64);
    while (outputs.at(-1)?.session !== 2) {
      await turn();
    }
    send(2, 64, 4, segmentFlags.oneByOne);
    send(2, 68, 2, segmentFlags.oneByOne | segmentFlags.sample);
    for (let position = 0; valuesOf(2, 64).byteLength < 6 * rowBytes; position += 1) {
      send(3, position, 1);
      await turn();
    }
    expect(
      outputs
        .filter(({ session }) => session === 2)
        .map(({ position, count, flags }) => ({ position, count, flags })),
    ).toEqual([
      { position: 0, count: 64, flags: segmentFlags.sample },
      { position: 64, count: 4, flags: segmentFlags.oneByOne },
      { position: 68, count: 2, flags: segmentFlags.oneByOne | segmentFlags.sample },
    ]);
    expect(valuesOf(2, 64).equals(valuesOf(1, 64))).toBe(true);
    expect(outputs.filter(({ session }) => session === 3).length).toBeGreaterThan(3);
    decoder.dispose();
  });
});
