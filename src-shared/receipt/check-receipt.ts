/**
 * Checks a receipt by its signatures alone, without a network: a peer id contains the public key for its signatures.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import { AppError } from '../errors.ts';
import { fromText } from '../signing/document-text.ts';
import { type DocumentKind, openDocument } from '../signing/signed-document.ts';
import { openStageAccount, type StageAccount } from './stage-account.ts';
import { notAReceiptWords } from '../words/errors.ts';

/** The requester signs a digest of the receipt and not its bytes, since clients may store it in another layout. */
const sealSchema = z.object({
  /** SHA-256 of the receipt without its seal, as canonical JSON. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** In milliseconds since 1970, by the requester's clock. */
  at: z.int().min(0),
});

export const sealKind: DocumentKind<z.infer<typeof sealSchema>> = {
  name: 'receipt',
  schema: sealSchema,
  maxBytes: 512,
};

/** The fields of a receipt that are checked; all others only enter the digest. */
const checkedReceiptSchema = z.object({
  model: z.string(),
  stages: z
    .array(z.object({ peer: z.string(), firstLayer: z.int(), lastLayer: z.int() }))
    .max(1024),
  signedParts: z.array(z.string().nullable()).max(1024).optional(),
  seal: z.string().optional(),
});

/**
 * `changed`: not the bytes that its signer signed. `other-…`: signed, but by another peer, for another requester, for
 * other layers, or for another answer.
 */
export type PartState =
  | 'signed'
  | 'not-signed'
  | 'changed'
  | 'other-signer'
  | 'other-requester'
  | 'other-layers'
  | 'other-answer';

export type CheckedPart = {
  readonly peer: string;
  readonly firstLayer: number;
  readonly lastLayer: number;
  readonly state: PartState;
  /** The peer's own account of its part; absent unless it is signed. */
  readonly account?: StageAccount;
};

export type CheckedReceipt = {
  readonly model: string;
  readonly parts: readonly CheckedPart[];
  /** State of the receipt as a whole. */
  readonly state: 'signed' | 'not-signed' | 'changed';
  /** Peer id of the node that signed the whole; absent unless it is signed. */
  readonly requester?: string;
  /** Time of that signature, in milliseconds since 1970. */
  readonly at?: number;
};

/** @throws AppError `request-invalid` when this is no receipt */
export function checkReceipt(receipt: unknown): CheckedReceipt {
  const read = checkedReceiptSchema.safeParse(receipt);
  if (!read.success) {
    throw new AppError('request-invalid', notAReceiptWords, {
      cause: read.error,
    });
  }
  const { model, seal } = read.data;
  const opened = openSeal(seal);
  const parts = checkParts(read.data, opened?.signer);
  if (opened === undefined || opened.value.digest !== digestOf(receipt)) {
    return { model, parts, state: seal === undefined ? 'not-signed' : 'changed' };
  }
  return { model, parts, state: 'signed', requester: opened.signer, at: opened.value.at };
}

/**
 * Whether the receipt is signed, and nothing in it was changed afterwards. A part may lack a signature; the printed
 * result says so.
 */
export function isGenuine({ state, parts }: CheckedReceipt): boolean {
  return (
    state === 'signed' &&
    parts.every((part) => part.state === 'signed' || part.state === 'not-signed')
  );
}

/** Checks each part against the stage that it is from. `requester`: absent where the whole does not say who asked. */
export function checkParts(
  {
    stages,
    signedParts = [],
  }: Pick<z.infer<typeof checkedReceiptSchema>, 'stages' | 'signedParts'>,
  requester: string | undefined,
): CheckedPart[] {
  let reference: StageAccount | undefined;
  return stages.map(({ peer, firstLayer, lastLayer }, index): CheckedPart => {
    const part = { peer, firstLayer, lastLayer };
    const text = signedParts[index] ?? null;
    if (text === null) {
      return { ...part, state: 'not-signed' };
    }
    const opened = openPart(text);
    if (opened === undefined) {
      return { ...part, state: 'changed' };
    }
    const account = opened.value;
    const asked = requester ?? reference?.requester ?? account.requester;
    const state = stateOf(opened.signer, account, part, asked, reference);
    if (state !== 'signed') {
      return { ...part, state };
    }
    reference ??= account;
    return { ...part, state, account };
  });
}

export function digestOf(receipt: unknown): string {
  const { seal: _seal, ...rest } = z.looseObject({}).parse(receipt);
  return createHash('sha256').update(canonicalJson(rest)).digest('hex');
}

function stateOf(
  signer: string,
  account: StageAccount,
  stage: Pick<CheckedPart, 'peer' | 'firstLayer' | 'lastLayer'>,
  requester: string,
  reference: StageAccount | undefined,
): PartState {
  if (signer !== stage.peer) {
    return 'other-signer';
  }
  if (account.requester !== requester) {
    return 'other-requester';
  }
  if (account.firstLayer !== stage.firstLayer || account.lastLayer !== stage.lastLayer) {
    return 'other-layers';
  }
  const isOfSameAnswer =
    reference === undefined ||
    (account.session === reference.session && account.manifestId === reference.manifestId);
  return isOfSameAnswer ? 'signed' : 'other-answer';
}

function openPart(text: string): ReturnType<typeof openStageAccount> | undefined {
  try {
    return openStageAccount(text);
  } catch {
    return undefined;
  }
}

function openSeal(text: string | undefined) {
  try {
    return text === undefined ? undefined : openDocument(sealKind, fromText(text));
  } catch {
    return undefined;
  }
}
