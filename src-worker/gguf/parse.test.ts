import { describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import {
  type CraftedGguf,
  type CraftedTensor,
  craftedValue,
  craftGguf,
} from '../../test/support/engine/crafted-gguf.ts';
import { MoreBytesNeeded } from './cursor.ts';
import { tensorTypesByCode, valueTypes } from './format.ts';
import { parseHeader } from './parse.ts';
import { boolValue, encodeString, stringArrayValue, stringValue, uint32Value } from './values.ts';

const f32 = 0;
const tensor: CraftedTensor = { name: 'a', shape: [8], type: f32, offset: 0 };
const second: CraftedTensor = { ...tensor, name: 'b', offset: 32 };

function parse(bytes: Buffer): ReturnType<typeof parseHeader> {
  return parseHeader('model.gguf', bytes, bytes.byteLength);
}

function errorOf(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) {
      return error;
    }
    throw error;
  }
  throw new Error('Nothing was thrown');
}

describe('a valid header', () => {
  test.each([2, 3])('of version %i is read', (version) => {
    const header = parse(
      craftGguf({
        version,
        metadata: [
          ['general.name', stringValue('Ä model')],
          ['general.alignment', uint32Value(32)],
          ['words', stringArrayValue(['one', '', 'three'])],
        ],
        tensors: [tensor, { name: 'b', shape: [4, 2, 1, 3], type: f32, offset: 32 }],
      }),
    );
    expect(header.version).toBe(version);
    expect([...header.metadata.keys()]).toEqual(['general.name', 'general.alignment', 'words']);
    expect(header.tensors).toMatchObject([
      { name: 'a', shape: [8], byteLength: 32 },
      { name: 'b', shape: [4, 2, 1, 3], byteLength: 96 },
    ]);
  });

  test('may have no tensors and no metadata', () => {
    expect(parse(craftGguf())).toEqual({ version: 3, metadata: new Map(), tensors: [] });
  });

  test('may list tensors in another order than their data', () => {
    const header = parse(
      craftGguf({
        tensors: [
          { ...tensor, offset: 32 },
          { ...second, offset: 0 },
        ],
      }),
    );
    expect(header.tensors.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('asks for more bytes instead of failing when the file is longer than the given bytes', () => {
    const bytes = craftGguf({
      metadata: [['general.name', stringValue('x'.repeat(1000))]],
      tensors: [tensor],
    });
    const outcomes = Array.from({ length: bytes.byteLength }, (_, length) => {
      try {
        return parseHeader('model.gguf', bytes.subarray(0, length), bytes.byteLength).tensors
          .length;
      } catch (error) {
        return error instanceof MoreBytesNeeded && error.needed > length ? 'more' : error;
      }
    });
    const headerBytes = outcomes.indexOf(1);
    expect(headerBytes).toBeGreaterThan(1000);
    expect(new Set(outcomes.slice(0, headerBytes))).toEqual(new Set(['more']));
    expect(new Set(outcomes.slice(headerBytes))).toEqual(new Set([1]));
  });

  test.each([...tensorTypesByCode.values()])('may hold tensors of type $name', (type) => {
    const shape = [type.blockValues * 2, 3];
    const header = parse(
      craftGguf({ tensors: [{ name: 'a', shape, type: type.code, offset: 0 }] }),
    );
    expect(header.tensors[0]?.byteLength).toBe(type.blockBytes * 6);
  });
});

const huge = 2n ** 63n;
const array = valueTypes.array;
const named = (name: string | Buffer): Partial<CraftedGguf> => ({ tensors: [{ ...tensor, name }] });
const keyed = (key: string | Buffer): Partial<CraftedGguf> => ({
  metadata: [[key, uint32Value(1)]],
});
const valued = (type: number, ...fields: (Buffer | number | bigint)[]): Partial<CraftedGguf> => ({
  metadata: [['k', craftedValue(type, ...fields)]],
});
const shaped = (...shape: (number | bigint)[]): Partial<CraftedGguf> => ({
  tensors: [{ ...tensor, shape }],
  dataBytes: 32,
});
const aligned = (value: ReturnType<typeof uint32Value>): Partial<CraftedGguf> => ({
  metadata: [['general.alignment', value]],
});

describe('an invalid header is refused with the reason', () => {
  const cases: [what: string, changes: Partial<CraftedGguf>, message: RegExp][] = [
    ['another magic', { magic: 'GGML' }, /does not begin with 'GGUF'/],
    ['more tensors than there are', { tensors: [tensor], tensorCount: 2 }, /tensor 1/],
    ['absurdly many tensors', { tensorCount: huge }, /number of tensors is 9223372036854775808/],
    ['absurdly many keys', { keyCount: 2n ** 64n - 1n }, /number of metadata keys is/],
    ['more keys than there are', { keyCount: 3 }, /metadata key 0 is empty/],
    ['an empty key', keyed(''), /metadata key 0 is empty/],
    ['a key that is no UTF-8', keyed(Buffer.from([0xff, 0xfe])), /no printable UTF-8/],
    ['a key with a zero byte', keyed('a\0b'), /no printable UTF-8/],
    ['a key with a terminal escape', keyed('\u001b[31m'), /no printable/],
    ['a key of 2 KB', keyed('k'.repeat(2048)), /length of metadata key 0 is 2048/],
    [
      'a key twice',
      {
        metadata: [
          ['k', uint32Value(1)],
          ['k', uint32Value(2)],
        ],
      },
      /metadata key 'k' appears twice/,
    ],
    ['an unknown value type', valued(13), /'k' has the unknown value type 13/],
    [
      'a string longer than the file',
      valued(valueTypes.string, 1_000_000n),
      /inside the value of 'k'/,
    ],
    ['an absurdly long string', valued(valueTypes.string, huge), /length of the value of 'k' is/],
    ['a boolean of 7', valued(valueTypes.bool, Buffer.from([7])), /neither true nor false/],
    ['an array of arrays', valued(array, array, 1n), /'k' is an array of arrays/],
    ['an array of an unknown type', valued(array, 99, 1n), /unknown value type 99/],
    [
      'an array longer than the file',
      valued(array, valueTypes.uint32, 1_000_000n),
      /elements of 'k'/,
    ],
    [
      'an absurdly long array',
      valued(array, valueTypes.uint8, huge),
      /number of elements of 'k' is/,
    ],
    ['an array of missing strings', valued(array, valueTypes.string, 9n, 0n), /an element of 'k'/],
    [
      'an array with an absurd string',
      valued(array, valueTypes.string, 1n, huge),
      /length of an element of 'k' is/,
    ],
    ['an alignment of 0', aligned(uint32Value(0)), /no power of two/],
    ['an alignment of 48', aligned(uint32Value(48)), /no power of two/],
    ['an alignment of 2 GiB', aligned(uint32Value(2 ** 31)), /no power of two/],
    ['an alignment that is a boolean', aligned(boolValue(true)), /no power of two/],
    ['a tensor without a name', named(''), /name of tensor 0 is empty/],
    ['a tensor name of 64 bytes', named('n'.repeat(64)), /length of the name of tensor 0 is 64/],
    ['a tensor name that is no UTF-8', named(Buffer.from([0xc3, 0x28])), /no printable UTF-8/],
    ['a tensor twice', { tensors: [tensor, { ...second, name: 'a' }] }, /tensor 'a' appears twice/],
    ['no dimensions', shaped(), /tensor 'a' has 0 dimensions/],
    ['five dimensions', shaped(1, 1, 1, 1, 8), /tensor 'a' has 5 dimensions/],
    ['a dimension of 0', shaped(8, 0), /tensor 'a' has a dimension of 0/],
    ['a dimension past 2^53', shaped(huge), /a dimension of tensor 'a' is/],
    ['a product past 2^53', shaped(2n ** 31n, 2n ** 31n), /cannot have the shape/],
    ['a product that wraps 64 bits to 0', shaped(2n ** 32n, 2n ** 32n, 2n ** 32n), /cannot have/],
    ['half a block', { tensors: [{ ...tensor, shape: [33], type: 8 }] }, /shape \[33\] in Q8_0/],
    ['an unaligned offset', { tensors: [{ ...tensor, offset: 8 }] }, /no multiple of 32/],
    [
      'an offset past the end',
      { tensors: [{ ...tensor, offset: 64 }], dataBytes: 32 },
      /it ends at byte 96 and its tensor 'a' at 160/,
    ],
    ['an offset past 2^53', { tensors: [{ ...tensor, offset: huge }], dataBytes: 32 }, /offset of/],
    [
      'more data than there is',
      { tensors: [tensor], dataBytes: 31 },
      /ends at byte 95 and its tensor '.+' at 96, so it was not copied whole/,
    ],
    [
      'tensors over each other',
      { tensors: [tensor, { ...second, offset: 0 }] },
      /'a' and 'b' overlap/,
    ],
  ];
  test.each(cases)('%s', (_what, changes, message) => {
    const error = errorOf(() => parse(craftGguf(changes)));
    expect(error.code).toBe('gguf-invalid');
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^model\.gguf is not a sound GGUF file: .*\(at byte \d+\)/);
  });

  test.each([
    ['version 1', { version: 1 }, /version 1, which is no longer read/],
    ['version 4', { version: 4 }, /version 4; versions 2 and 3/],
    ['version 0', { version: 0 }, /version 0/],
    ['big-endian', { version: 0x0300_0000 }, /big-endian/],
    ['a tensor of a removed type', { tensors: [{ ...tensor, type: 31 }] }, /'a' has the type 31/],
    ['a tensor of a later type', { tensors: [{ ...tensor, type: 43 }] }, /'a' has the type 43/],
    ['a tensor of an absurd type', { tensors: [{ ...tensor, type: 2 ** 32 - 1 }] }, /4294967295/],
  ])('%s is unsupported rather than invalid', (_what, changes, message) => {
    const error = errorOf(() => parse(craftGguf(changes)));
    expect(error.code).toBe('gguf-unsupported');
    expect(error.message).toMatch(message);
  });

  test('a file cut off at any byte', () => {
    const bytes = craftGguf({
      metadata: [
        ['general.name', stringValue('whole')],
        ['words', craftedValue(array, valueTypes.string, 2n, encodeString('a'), encodeString('b'))],
        ['numbers', craftedValue(array, valueTypes.uint16, 2n, 0x0002_0001)],
      ],
      tensors: [tensor, second],
    });
    expect(parse(bytes).tensors).toHaveLength(2);
    for (let length = 0; length < bytes.byteLength; length += 1) {
      expect(errorOf(() => parse(bytes.subarray(0, length))).code).toBe('gguf-invalid');
    }
  });
});
