import { describe, expect, it } from 'vitest';
import { decodeWork, encodeWork, workFlags, type Work } from './work.ts';

function encoded(work: Partial<Work> = {}): Buffer {
  const values = Buffer.from(new Float32Array([1, 2, 3, 4, 5, 6]).buffer);
  return Buffer.concat(
    encodeWork({
      session: 7,
      position: 40,
      count: 2,
      flags: workFlags.sample,
      computeMicros: 900,
      values,
      ...work,
    }),
  );
}

describe('segments', () => {
  it('are decoded as they were encoded, with a detail and without', () => {
    for (const detail of [Buffer.alloc(0), Buffer.from('{"logprob":-1}')]) {
      const work = decodeWork(encoded({ detail }), 12);
      expect(work).toMatchObject({
        session: 7,
        position: 40,
        count: 2,
        flags: 1,
        computeMicros: 900,
      });
      expect([...new Float32Array(new Uint8Array(work.values).buffer)]).toEqual([1, 2, 3, 4, 5, 6]);
      expect(Buffer.from(work.detail).toString()).toBe(detail.toString());
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
    expect(() => decodeWork(body, bytesPerToken)).toThrow(
      expect.objectContaining({ code: 'protocol-violation' }),
    );
  });
});
