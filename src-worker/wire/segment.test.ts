import { describe, expect, it } from 'vitest';
import { decodeSegment, encodeSegment, segmentFlags, type Segment } from './segment.ts';

function encoded(segment: Partial<Segment> = {}): Buffer {
  const values = Buffer.from(new Float32Array([1, 2, 3, 4, 5, 6]).buffer);
  return Buffer.concat(
    encodeSegment({
      session: 7,
      position: 40,
      count: 2,
      flags: segmentFlags.sample,
      computeMicros: 900,
      values,
      ...segment,
    }),
  );
}

describe('segments', () => {
  it('are decoded as they were encoded, with a detail and without', () => {
    for (const detail of [Buffer.alloc(0), Buffer.from('{"logprob":-1}')]) {
      const segment = decodeSegment(encoded({ detail }), 12);
      expect(segment).toMatchObject({
        session: 7,
        position: 40,
        count: 2,
        flags: 1,
        computeMicros: 900,
      });
      expect([...new Float32Array(new Uint8Array(segment.values).buffer)]).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
      expect(Buffer.from(segment.detail).toString()).toBe(detail.toString());
    }
  });

  it.each([
    ['is shorter than its header', encoded().subarray(0, 20), 12],
    ['claims more tokens than it carries', encoded({ count: 3 }), 12],
    [
      'claims so many tokens that the product would overflow 32 bits',
      encoded({ count: 0xffff_ffff }),
      12,
    ],
    ['carries no token', encoded({ count: 0, values: Buffer.alloc(0) }), 12],
    ['is cut for another width', encoded(), 16],
  ])('are refused when one %s', (_, body, bytesPerToken) => {
    expect(() => decodeSegment(body, bytesPerToken)).toThrow(
      expect.objectContaining({ code: 'protocol-violation' }),
    );
  });
});
