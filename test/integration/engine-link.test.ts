import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineKinds } from '../../src-worker/wire/engine-messages.ts';
import { encodeFrame } from '../../src-worker/wire/frame.ts';
import { encodeSegment } from '../../src-worker/wire/segment.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import { engineEntry, eventually } from '../support/engine/engine-process.ts';

let model: TestModel;

beforeAll(async () => {
  model = await TestModel.create({ type: 'F16' });
});

afterAll(async () => {
  await model.remove();
});

function request(value: unknown): Uint8Array[] {
  return encodeFrame(engineKinds.request, Buffer.from(JSON.stringify(value)));
}

function load(): Uint8Array[] {
  const params = {
    path: model.path,
    role: 'whole',
    threads: 1,
    backend: 'cpu',
    contextLength: 512,
  };
  return request({ id: 1, method: 'load', params });
}

/** Starts an engine, gives `talk` the other end of its link, and waits for the engine to end. */
async function speak(
  talk: (socket: Socket) => Promise<void>,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [engineEntry], {
    stdio: ['ignore', 'ignore', 'pipe', 'overlapped', 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const socket = child.stdio[3] as Socket;
  socket.on('error', () => {});
  const closed = once(child, 'close') as Promise<[number | null]>;
  await talk(socket);
  const [code] = await closed;
  return { code, stderr };
}

describe('nonsense on the link ends the engine with a clear word', () => {
  it.each([
    { what: 'noise', bytes: () => [Buffer.alloc(64, 0xa5)], word: 'Unknown frame kind' },
    {
      what: 'a frame that claims four gigabytes',
      bytes: () => [Buffer.from([0xff, 0xff, 0xff, 0xff, 16, 0, 0, 0])],
      word: 'at most',
    },
    {
      what: 'a request that is not JSON',
      bytes: () => encodeFrame(engineKinds.request, Buffer.from('{"id":')),
      word: 'not JSON',
    },
    {
      what: 'a request without a number',
      bytes: () => request({ method: 'report' }),
      word: 'number',
    },
    {
      what: 'a segment before a model is loaded',
      bytes: () => encodeFrame(engineKinds.tokens, Buffer.alloc(28)),
      word: 'before a model',
    },
    {
      what: 'the end in the middle of a frame',
      bytes: () => [Buffer.from([100, 0, 0, 0, 16, 0, 0, 0, 1])],
      word: 'inside a frame',
    },
  ])('$what', async ({ bytes, word }) => {
    const { code, stderr } = await speak(async (socket) => {
      socket.end(Buffer.concat(bytes()));
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(word) });
    expect(JSON.parse(stderr.trim())).toMatchObject({ level: 'error' });
  });

  it('also when it comes while a model computes', async () => {
    const { code, stderr } = await speak(async (socket) => {
      socket.write(Buffer.concat(load()));
      await once(socket, 'data');
      socket.write(Buffer.concat(encodeFrame(engineKinds.tokens, Buffer.alloc(5))));
      await once(socket, 'close');
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('too short') });
  });

  it('but a segment of the wrong kind fails only its session', async () => {
    const answers: Buffer[] = [];
    const { code } = await speak(async (socket) => {
      socket.on('data', (chunk: Buffer) => answers.push(chunk));
      socket.write(Buffer.concat(load()));
      await eventually(() => Buffer.concat(answers).includes('llamaRelease'));
      const segment = { session: 1, position: 0, count: 1, flags: 0, computeMicros: 0 };
      socket.write(Buffer.concat(request({ id: 2, method: 'open', params: { session: 1 } })));
      const body = encodeSegment({ ...segment, values: new Uint8Array(256) });
      socket.write(Buffer.concat(encodeFrame(engineKinds.hidden, ...body)));
      await eventually(() => Buffer.concat(answers).includes('whole shard takes no segment'));
      socket.end();
    });
    expect(code).toBe(0);
  });

  it('but a request that is only wrong is refused', async () => {
    const answers: Buffer[] = [];
    const { code } = await speak(async (socket) => {
      socket.on('data', (chunk: Buffer) => answers.push(chunk));
      socket.write(Buffer.concat(request({ id: 1, method: 'open', params: { session: 'one' } })));
      socket.write(Buffer.concat(request({ id: 2, method: 'report', params: {} })));
      await eventually(() => Buffer.concat(answers).includes('"id":2'));
      socket.end();
    });
    const text = Buffer.concat(answers).toString('latin1');
    expect(text.match(/request-invalid/g)).toHaveLength(2);
    expect(code).toBe(0);
  });
});
