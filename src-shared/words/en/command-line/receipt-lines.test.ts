import { describe, expect, it } from 'vitest';
import type { CheckedReceipt, PartState } from '../../../receipt/check-receipt.ts';
import { receiptCheckLines } from './receipt-lines.ts';

function lines(state: CheckedReceipt['state'], ...parts: PartState[]): string[] {
  return receiptCheckLines({
    model: 'Qwen3 8B',
    state,
    requester: 'asker',
    at: 0,
    parts: parts.map((each, index) => ({
      peer: `peer${index}`,
      firstLayer: index * 4,
      lastLayer: index * 4 + 3,
      state: each,
    })),
  });
}

describe('the check of a receipt in words', () => {
  it('tells what each machine signed, and which one signed the whole', () => {
    expect(lines('signed', 'signed', 'not-signed')).toEqual([
      'Receipt for an answer of Qwen3 8B',
      '  The part of layers 0 to 3 by peer0 is signed: 0 tokens, positions 0 to 0.',
      '  The part of layers 4 to 7 by peer1 is not signed.',
      '  The whole is as asker signed it on 1970-01-01T00:00:00.000Z.',
    ]);
  });

  it('names the part that was changed', () => {
    expect(lines('changed', 'signed', 'changed').slice(2)).toEqual([
      '  The part of layers 4 to 7 by peer1 was changed after it was signed.',
      '  So the whole is not as it was signed.',
    ]);
  });

  it('says it when no part is wrong and the rest was changed, or nothing is signed', () => {
    expect(lines('changed', 'signed').at(-1)).toBe(
      '  The rest of the receipt was changed after it was signed.',
    );
    expect(lines('not-signed', 'not-signed').at(-1)).toBe(
      '  The whole is not signed, so it proves nothing.',
    );
  });
});
