import { describe, expect, it } from 'vitest';
import type { Segment } from '../wire/segment.ts';
import { checkHidden, checkPositions, checkTokens } from './segment-check.ts';

function segment(values: Int32Array | Float32Array, changes: Partial<Segment> = {}): Segment {
  return {
    session: 1,
    position: 0,
    count: values.length,
    flags: 0,
    computeMicros: 0,
    values: new Uint8Array(values.buffer),
    detail: new Uint8Array(0),
    ...changes,
  };
}

describe('checks of segments', () => {
  it('allow positions up to the end of the context, and not beyond it', () => {
    const tokens = Int32Array.of(1, 2, 3);
    expect(() => checkPositions(segment(tokens, { position: 509 }), 512)).not.toThrow();
    expect(() => checkPositions(segment(tokens, { position: 510 }), 512)).toThrow('513 tokens');
    expect(() => checkPositions(segment(tokens, { position: 0xffff_ffff }), 512)).toThrow('512');
  });

  it.each([-1, 100, 0x7fff_ffff, -0x8000_0000])(
    'refuse token %d of a vocabulary of 100',
    (token) => {
      expect(() => checkTokens(segment(Int32Array.of(5, token)), 100)).toThrow(`Token ${token}`);
      expect(() => checkTokens(segment(Int32Array.of(0, 99)), 100)).not.toThrow();
    },
  );

  it.each([Number.NaN, Infinity, -Infinity])('refuse a hidden state with %d in it', (value) => {
    const values = new Float32Array(1000).fill(-1.5);
    expect(() => checkHidden(segment(values))).not.toThrow();
    values[999] = value;
    expect(() => checkHidden(segment(values))).toThrow('not finite');
  });

  it('read values that are not aligned', () => {
    const values = new Uint8Array(9).subarray(1);
    new DataView(values.buffer, 1).setInt32(4, 77, true);
    expect(() => checkTokens(segment(new Int32Array(0), { values }), 77)).toThrow('Token 77');
  });
});
