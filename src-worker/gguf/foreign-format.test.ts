import { expect, test } from 'vitest';
import { craftGguf } from '../../test/support/engine/crafted-gguf.ts';
import { foreignFormat } from './foreign-format.ts';
import { parseHeader } from './parse.ts';

function safetensors(): Buffer {
  const header = Buffer.from('{"__metadata__":{"format":"pt"}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.byteLength));
  return Buffer.concat([length, header, Buffer.alloc(64)]);
}

test.each([
  ['safetensors', safetensors(), /^it is a safetensors file.+convert_hf_to_gguf/],
  ['a pickle', Buffer.from([0x80, 2, 0x8a, 10]), /^it is a pickle file of PyTorch/],
  [
    'a checkpoint',
    Buffer.from('PK\u0003\u0004archive/data.pkl'),
    /^it is a zip file or a checkpoint/,
  ],
  ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), /^it is a packed file; unpack it/],
  ['a pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
  ['a web page', Buffer.from('\n<!DOCTYPE html><html>'), /^it is a web page/],
  ['GGML', Buffer.from('tjgg\u0003\0\0\0', 'latin1'), /^it is of the format GGML/],
  ['zeros', Buffer.alloc(4096), /^it begins with zeros/],
])('a file that is %s is distinguished from a damaged one', (_, bytes, words) => {
  expect(foreignFormat(bytes)).toMatch(words);
  expect(() => parseHeader('/models/it.gguf', bytes, bytes.byteLength)).toThrow(
    expect.objectContaining({
      code: 'gguf-unsupported',
      message: expect.stringMatching(/^\/models\/it\.gguf cannot be used: it .+\.$/),
    }),
  );
});

test.each([
  ['GGUF', craftGguf()],
  ['text', Buffer.from('Once upon a time')],
  ['a short file', Buffer.from([0])],
  ['nothing', Buffer.alloc(0)],
])('%s is not taken for another format', (_, bytes) => {
  expect(foreignFormat(bytes)).toBeUndefined();
});
