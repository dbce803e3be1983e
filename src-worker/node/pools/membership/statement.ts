/** A signed claim about a pool, with what entitles its signer: nothing for the pool's own key, else a membership. */
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

/** As it is stored and travels; the kind bounds it further. */
export const statementTextSchema = z.strictObject({
  entry: z.base64url().max(4096),
  signer: membershipTextSchema.optional(),
});
export type StatementText = z.infer<typeof statementTextSchema>;

/** `key` is the pool's, or that of the node whose membership is `signer`. */
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
 * Reads a statement and checks its signatures, and that its signer may say so.
 * @param maySay whether the holder of such a certificate of the same pool may; the pool's own key always may
 * @throws AppError `protocol-violation`
 */
export async function openStatement<T extends { readonly pool: string }>(
  kind: DocumentKind<T>,
  text: StatementText,
  maySay: (value: T, by: Certificate) => boolean,
): Promise<Statement<T>> {
  const entry = openDocument(kind, fromText(text.entry));
  const signer = text.signer === undefined ? undefined : await openMembership(text.signer);
  const { pool } = entry.value;
  const by = signer?.certificate.value;
  const isAllowed =
    by === undefined
      ? entry.signer === pool
      : by.pool === pool && by.peer === entry.signer && maySay(entry.value, by);
  if (!isAllowed) {
    throw new AppError(
      'protocol-violation',
      `A ${wordsFor(kind)} was signed by who may not sign it`,
    );
  }
  return { entry, signer };
}
