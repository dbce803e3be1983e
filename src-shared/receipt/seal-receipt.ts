/** Makes a receipt one that can be checked: the requester's signature over all of it. */
import type { Receipt } from '../chat.ts';
import { toText } from '../signing/document-text.ts';
import { keyMessageOf, peerOf, type SigningKey } from '../signing/peer-key.ts';
import { sealDocument } from '../signing/signed-document.ts';
import { checkParts, digestOf, sealKind } from './check-receipt.ts';

/**
 * The receipt with the seal of the node whose key this is, which must be the one that asked. A part that its peer did not
 * sign as it should counts as not signed, so that the fault of a peer does not make the whole receipt a false one.
 *
 * @param at milliseconds since 1970
 */
export function sealReceipt(receipt: Receipt, key: SigningKey, at: number): Receipt {
  const { signedParts } = receipt;
  const parts = signedParts === undefined ? [] : checkParts(receipt, peerOf(keyMessageOf(key)));
  const sealed = {
    ...receipt,
    ...(signedParts === undefined
      ? {}
      : {
          signedParts: parts.map(({ state }, index) =>
            state === 'signed' ? (signedParts[index] ?? null) : null,
          ),
        }),
  };
  const { bytes } = sealDocument(sealKind, { digest: digestOf(sealed), at }, key);
  return { ...sealed, seal: toText(bytes) };
}
