/** A signed claim about a pool, with the membership that entitles its signer, or none for the pool's own key. */
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import { z } from 'zod';
import { AppError } from '../../../../src-shared/errors.ts';
import { fromText, toText } from '../../../../src-shared/signing/document-text.ts';
import {
  type Certificate,
  type Membership,
  membershipText,
  membershipTextSchema,
  openMembership,
} from './certificate.ts';
import {
  type DocumentKind,
  openDocument,
  sealDocument,
  type SignedDocument,
  wordsFor,
} from '../../../../src-shared/signing/signed-document.ts';

export type Statement<T> = {
  readonly entry: SignedDocument<T>;
  readonly signer: Membership | undefined;
};

/** A statement as it is stored and sent; each kind has a stricter limit of its size. */
export const statementTextSchema = z.strictObject({
  entry: z.base64url().max(4096),
  signer: membershipTextSchema.optional(),
});
export type StatementText = z.infer<typeof statementTextSchema>;

/** Signs a statement. @param key the pool's key, or that of the node whose membership is `signer` */
export async function issueStatement<T>(
  kind: DocumentKind<T>,
  value: T,
  key: SigningKey,
  signer: Membership | undefined,
): Promise<Statement<T>> {
  return { entry: sealDocument(kind, value, key), signer };
}

export function statementText<T>({ entry, signer }: Statement<T>): StatementText {
  return {
    entry: toText(entry.bytes),
    ...(signer === undefined ? {} : { signer: membershipText(signer) }),
  };
}

/**
 * Reads a statement and checks its signatures and the right of its signer.
 * @param mayState whether the holder of such a certificate of the same pool may make it; the pool's own key always may
 * @throws AppError `protocol-violation`
 */
export async function openStatement<T extends { readonly pool: string }>(
  kind: DocumentKind<T>,
  text: StatementText,
  mayState: (value: T, by: Certificate) => boolean,
): Promise<Statement<T>> {
  const entry = openDocument(kind, fromText(text.entry));
  const signer = text.signer === undefined ? undefined : await openMembership(text.signer);
  const { pool } = entry.value;
  const by = signer?.certificate.value;
  const isAllowed =
    by === undefined
      ? entry.signer === pool
      : by.pool === pool && by.peer === entry.signer && mayState(entry.value, by);
  if (!isAllowed) {
    throw new AppError(
      'protocol-violation',
      `A ${wordsFor(kind)} was signed by who may not sign it`,
    );
  }
  return { entry, signer };
}
