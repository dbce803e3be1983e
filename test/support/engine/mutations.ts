/** Random damage to the bytes of a file, the same for the same seed, as a fuzzer feeds it to a reader. */

export type Random = (below: number) => number;

/** Whole numbers from 0 up to, not including, `below` (at most 2^32), by Marsaglia's xorshift. */
export function seededRandom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e37_79b1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Numbers for which counts, lengths and offsets often fail. */
const oddNumbers = [
  0n,
  1n,
  2n,
  31n,
  33n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const mutations: readonly ((bytes: Buffer, at: number, random: Random) => Buffer)[] = [
  (bytes, at, random) => {
    bytes[at] = random(256);
    return bytes;
  },
  (bytes, at, random) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    return bytes;
  },
  (bytes, at, random) => {
    const number = oddNumbers[random(oddNumbers.length)] ?? 0n;
    const length = Math.min([1, 2, 4, 8][random(4)] ?? 8, bytes.byteLength - at);
    for (let index = 0; index < length; index += 1) {
      bytes[at + index] = Number((number >> BigInt(8 * index)) & 0xffn);
    }
    return bytes;
  },
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) =>
    Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(64))]),
  (bytes, at, random) =>
    Buffer.concat([
      bytes.subarray(0, at),
      Buffer.alloc(1 + random(64), random(256)),
      bytes.subarray(at),
    ]),
  (bytes, at, random) => {
    const from = random(bytes.byteLength);
    bytes.copy(bytes, at, from, from + 1 + random(64));
    return bytes;
  },
  (bytes, at, random) =>
    Buffer.concat([bytes.subarray(0, at + 1 + random(64)), bytes.subarray(at)]),
];

/** A copy of `bytes` with one to four mutations, most of them before `focus`. */
export function mutate(bytes: Buffer, focus: number, random: Random): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = 1 + random(4); left > 0 && mutated.byteLength > 0; left -= 1) {
    const end = random(8) === 0 ? mutated.byteLength : Math.min(focus, mutated.byteLength);
    const mutation = mutations[random(mutations.length)];
    mutated = mutation?.(mutated, random(end), random) ?? mutated;
  }
  return mutated;
}
