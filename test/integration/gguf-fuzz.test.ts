// 100,000 damaged GGUF files: each is read to the end or refused with a known error, quickly and without any other
// effect.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { dissect } from '../../src-worker/gguf/architectures.ts';
import { parseHeader } from '../../src-worker/gguf/parse.ts';
import { openGguf } from '../../src-worker/gguf/read.ts';
import { sliceShard } from '../../src-worker/gguf/slice.ts';
import { makeManifest } from '../../src-worker/node/manifests/make-manifest.ts';
import { mutate, seededRandom } from '../support/engine/mutations.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { smallestVocabulary } from '../support/engine/random-tokenizer.ts';

const inMemory = 100_000;
const onDisk = 1_000;
/** Far more than any file takes, and far less than a hang; other processes may slow the machine down. */
const longestMs = 5_000;

/** A message repeats at most a name from the file. */
const longestMessage = 2_000;

let folder = '';
const sound: { bytes: Buffer; headerBytes: number }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mindmesh-fuzz-'));
  for (const [architecture, type] of [
    ['llama', 'F32'],
    ['qwen2', 'Q8_0'],
    ['qwen3', 'F16'],
  ] as const) {
    const path = join(folder, 'sound.gguf');
    await writeRandomModel(path, {
      architecture,
      type,
      layers: 2,
      width: 32,
      heads: 2,
      kvHeads: 1,
      feedForward: 32,
      vocabulary: smallestVocabulary,
    });
    const bytes = await readFile(path);
    const { tensors } = parseHeader(path, bytes, bytes.byteLength);
    sound.push({ bytes, headerBytes: Math.min(...tensors.map(({ offset }) => offset)) });
  }
  await rm(join(folder, 'sound.gguf'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The damaged file with this number, the same in every run. */
function damaged(seed: number): Buffer {
  const { bytes, headerBytes } = sound[seed % sound.length] ?? {
    bytes: Buffer.alloc(0),
    headerBytes: 0,
  };
  return mutate(bytes, headerBytes, seededRandom(seed));
}

/** Why a file was refused. Anything but a known error fails the test, with the file's number. */
function refusal(error: unknown, seed: number): string {
  const isNamed = error instanceof AppError && /^gguf-(invalid|unsupported)$/.test(error.code);
  if (isNamed && error.message.length < longestMessage) {
    return error.code;
  }
  throw new Error(`Damaged file ${seed} was not refused by name`, { cause: error });
}

test(`${inMemory} damaged headers are read or refused by name, each in bounded time`, () => {
  const outcomes = { read: 0, 'gguf-invalid': 0, 'gguf-unsupported': 0 };
  let slowestMs = 0;
  for (let seed = 0; seed < inMemory; seed += 1) {
    const bytes = damaged(seed);
    const start = performance.now();
    let outcome = 'read';
    try {
      const path = 'damaged.gguf';
      dissect({ path, header: parseHeader(path, bytes, bytes.byteLength) });
    } catch (error) {
      outcome = refusal(error, seed);
    }
    outcomes[outcome as keyof typeof outcomes] += 1;
    slowestMs = Math.max(slowestMs, performance.now() - start);
    if ((seed + 1) % 20_000 === 0) {
      console.log(
        `${seed + 1} files: ${JSON.stringify(outcomes)}, slowest ${slowestMs.toFixed(1)} ms`,
      );
    }
  }
  expect(slowestMs).toBeLessThan(longestMs);
  // If all files were refused at the first byte, or none was, the test would prove nothing.
  for (const count of Object.values(outcomes)) {
    expect(count).toBeGreaterThan(inMemory / 100);
  }
});

test(`${onDisk} damaged files are imported and cut, or refused, and leave nothing behind`, async () => {
  const path = join(folder, 'damaged.gguf');
  const shard = join(folder, 'shard.gguf');
  let cut = 0;
  for (let seed = inMemory; seed < inMemory + onDisk; seed += 1) {
    await writeFile(path, damaged(seed));
    try {
      const file = await openGguf(path);
      try {
        await makeManifest(file);
        await sliceShard(file, { firstLayer: 0, lastLayer: 0 }, shard);
        cut += 1;
        await (await openGguf(shard)).close();
        await rm(shard);
      } finally {
        await file.close();
      }
    } catch (error) {
      refusal(error, seed);
    }
    expect(await readdir(folder), `after file ${seed}`).toEqual(['damaged.gguf']);
  }
  expect(cut).toBeGreaterThan(onDisk / 100);
});
