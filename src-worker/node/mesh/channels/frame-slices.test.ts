import { array, assert, constantFrom, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../wire/frame.ts';
import { sliceBytes, sliceFrame } from './frame-slices.ts';

describe('sliceFrame', () => {
  it('gives the bytes of the frame, whatever its parts', () => {
    const sizes = constantFrom(0, 1, 100, sliceBytes - 8, sliceBytes, sliceBytes + 1, 200_000);
    const part = sizes.map((size) => Buffer.alloc(size, size % 251));
    assert(
      property(array(part, { maxLength: 4 }), uint8Array({ maxLength: 50 }), (parts, last) => {
        const slices = [...sliceFrame(5, [...parts, last])];
        const expected = Buffer.concat(encodeFrame(5, ...parts, last));
        expect(Buffer.concat(slices).equals(expected)).toBe(true);
        expect(slices.slice(0, -1).every(({ byteLength }) => byteLength === sliceBytes)).toBe(true);
      }),
    );
  });

  it('makes one slice of a small frame, so that it takes one write', () => {
    expect([...sliceFrame(1, [Buffer.alloc(24), Buffer.alloc(16_384)])]).toHaveLength(1);
  });

  it('copies the parts, so that the caller may change them', () => {
    const part = Buffer.from('before');
    const [slice] = sliceFrame(1, [part]);
    part.write('after!');
    expect(slice?.subarray(8).toString()).toBe('before');
  });
});
