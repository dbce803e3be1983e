/** Adds the requester's signature over the whole receipt, so that it can be checked. */
import type { Receipt } from '../chat.ts';
import { toText } from '../signing/document-text.ts';
import { keyMessageOf, peerOf, type SigningKey } from '../signing/peer-key.ts';
import { sealDocument } from '../signing/signed-document.ts';
import { checkParts, digestOf, sealKind } from './check-receipt.ts';

/**
 * The receipt with the seal of the node that asked, whose key this is. A part that its peer did not sign properly
 * counts as not signed, so that a peer's fault does not make the whole receipt invalid.
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
