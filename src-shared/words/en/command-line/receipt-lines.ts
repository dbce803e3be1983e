/** What `receipt verify` prints: what the signatures prove of each part, and of the whole. */
import { missingCase } from '../../../errors.ts';
import type { CheckedPart, CheckedReceipt } from '../../../receipt/check-receipt.ts';
import { count } from './amounts.ts';

export function receiptCheckLines(receipt: CheckedReceipt): string[] {
  return [
    `Receipt for an answer of ${receipt.model}`,
    ...receipt.parts.map((part) => `  ${partLine(part)}`),
    `  ${wholeLine(receipt)}`,
  ];
}

/** Peer ids are printed in full: they contain the keys for the signatures. */
function partLine(part: CheckedPart): string {
  const name = `The part of layers ${part.firstLayer} to ${part.lastLayer} by ${part.peer}`;
  switch (part.state) {
    case 'signed': {
      const { tokens = 0, fromPosition = 0, toPosition = 0 } = part.account ?? {};
      const positions = `positions ${fromPosition} to ${Math.max(fromPosition, toPosition - 1)}`;
      return `${name} is signed: ${count(tokens, 'token')}, ${positions}.`;
    }
    case 'not-signed':
      return `${name} is not signed.`;
    case 'changed':
      return `${name} was changed after it was signed.`;
    case 'other-signer':
      return `${name} is signed by another machine.`;
    case 'other-requester':
      return `${name} was made for another machine than the one that signed the receipt.`;
    case 'other-layers':
      return `${name} is signed for other layers.`;
    case 'other-answer':
      return `${name} belongs to another answer.`;
    default:
      return missingCase(part.state);
  }
}

function wholeLine({ state, requester, at = 0, parts }: CheckedReceipt): string {
  switch (state) {
    case 'signed':
      return `The whole is as ${requester} signed it on ${new Date(at).toISOString()}.`;
    case 'not-signed':
      return 'The whole is not signed, so it proves nothing.';
    case 'changed':
      return parts.every((part) => part.state === 'signed' || part.state === 'not-signed')
        ? 'The rest of the receipt was changed after it was signed.'
        : 'So the whole is not as it was signed.';
    default:
      return missingCase(state);
  }
}
