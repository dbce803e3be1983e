import { describe, expect, it } from 'vitest';
import { receiptsIn } from './saved-receipts.ts';

const receipt = { model: 'Small', seal: 'AbC' };
const field = { receipts: [receipt] };
const piece = (extra: object = {}) => JSON.stringify({ choices: [{ delta: {} }], ...extra });
const last = piece({ x_mindmesh: field, usage: null });

function stream(...events: string[]): string {
  return events.map((event) => `data: ${event}\n\n`).join('');
}

describe('what a client saved of an answer', () => {
  it('has its receipts whether it is the answer, the field, a list, one receipt or the stream', () => {
    const saved = [
      JSON.stringify({ choices: [], x_mindmesh: field }, null, 2),
      JSON.stringify(field),
      JSON.stringify([receipt]),
      JSON.stringify(receipt),
      stream(piece(), last, piece({ usage: {} }), '[DONE]'),
    ];
    for (const text of saved) {
      expect(receiptsIn(text, 'answer')).toEqual([receipt]);
    }
  });

  it('may be a stream with comments, other line ends and no end, and several streams in one file', () => {
    const whole = stream(piece(), last, '[DONE]');
    for (const text of [
      whole.replaceAll('\n', '\r\n'),
      `: working\n\n${whole}`,
      stream(last).trimEnd(),
      stream(last).replaceAll('data: ', 'data:'),
    ]) {
      expect(receiptsIn(text, 'answer')).toEqual([receipt]);
    }
    expect(receiptsIn(whole + whole, 'answer')).toEqual([receipt, receipt]);
  });

  it('is refused with a sentence that says what is wrong with it', () => {
    const noReceipt = 'There is no receipt in answer.';
    const savePart = `${noReceipt} A streamed answer has it at its end: save all of the stream.`;
    for (const [text, sentence] of [
      ['', 'answer is no JSON.'],
      ['[]', noReceipt],
      [stream(piece(), piece()), savePart],
      [stream('[DONE]'), savePart],
      [stream(piece(), last.slice(0, -9)), 'Line 3 of answer is no JSON.'],
    ] as const) {
      expect(() => receiptsIn(text, 'answer')).toThrow(sentence);
    }
  });
});
