/**
 * Random tensors from a seed: uniform values from an AES-CTR key stream, which makes a gigabyte in a few seconds.
 * Every tensor has a stream of its own, so its values depend only on seed, name and size.
 */
import { createCipheriv, createHash } from 'node:crypto';

export type WeightType = 'F32' | 'F16' | 'Q8_0';

/** Values in one piece of a stream; a multiple of every block. */
const pieceValues = 262_144;
const q8BlockValues = 32;
const q8BlockBytes = 34;

/**
 * `count` values with a mean of 0 and the given standard deviation, in pieces. For Q8_0 `count` is a multiple of 32.
 */
export function* randomWeights(
  stream: string,
  type: WeightType,
  count: number,
  deviation: number,
): Generator<Uint8Array> {
  const random = randomBytesOf(stream);
  // A uniform value from −limit to limit has this standard deviation.
  const limit = deviation * Math.sqrt(3);
  for (let done = 0; done < count; done += pieceValues) {
    const values = Math.min(pieceValues, count - done);
    switch (type) {
      case 'F32':
        yield floats(random(values * 2), limit);
        break;
      case 'F16':
        yield halves(random(values), limit);
        break;
      case 'Q8_0':
        yield q8Blocks(random((values / q8BlockValues) * q8BlockBytes), limit);
        break;
    }
  }
}

/** F32 tensors that every model type keeps in F32: norms (around 1) and biases (around 0). */
export function randomVector(
  stream: string,
  count: number,
  mean: number,
  deviation: number,
): Uint8Array[] {
  const values = new Float32Array(count);
  const [spread] = randomWeights(stream, 'F32', count, deviation);
  if (spread !== undefined) {
    new Uint8Array(values.buffer).set(spread);
  }
  return [new Uint8Array(values.map((value) => value + mean).buffer)];
}

/** The bits of a number as an IEEE half: the truncated F16 of a value that is zero or a normal half. */
function halfBits(value: number): number {
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0] ?? 0;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  if (exponent <= 0) {
    return 0;
  }
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

function randomBytesOf(stream: string): (length: number) => Buffer {
  const key = createHash('sha256').update(stream).digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16, 32));
  return (length) => cipher.update(Buffer.alloc(length));
}

function floats(random: Buffer, limit: number): Uint8Array {
  const values = new Float32Array(random.byteLength / 2);
  for (let index = 0; index < values.length; index += 1) {
    values[index] = (random.readInt16LE(index * 2) / 32_768) * limit;
  }
  return new Uint8Array(values.buffer);
}

function halves(random: Buffer, limit: number): Uint8Array {
  const table = Uint16Array.from({ length: 256 }, (_, byte) =>
    halfBits(((byte - 127.5) / 127.5) * limit),
  );
  return new Uint8Array(Uint16Array.from(random, (byte) => table[byte] ?? 0).buffer);
}

/** Blocks of a half scale and 32 signed bytes. −128 is not used by llama.cpp's own quantiser, nor here. */
function q8Blocks(random: Buffer, limit: number): Uint8Array {
  const scale = halfBits(limit / 127);
  for (let start = 0; start < random.byteLength; start += q8BlockBytes) {
    random.writeUInt16LE(scale, start);
    for (let index = start + 2; index < start + q8BlockBytes; index += 1) {
      if (random[index] === 0x80) {
        random[index] = 0;
      }
    }
  }
  return random;
}
