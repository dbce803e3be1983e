/** What a stage signs when its session ends in order: its own account of its part of an answer. */
import { z } from 'zod';
import { layerRangeSchema, manifestIdSchema } from '../model.ts';
import { fromText } from '../signing/document-text.ts';
import {
  type DocumentKind,
  openDocument,
  type SignedDocument,
} from '../signing/signed-document.ts';

/** Versions to come may say more, such as a price; what is not known here is left out of account. */
const stageAccountSchema = layerRangeSchema.and(
  z.object({
    /** Names the chain: the same for all parts of an answer. */
    session: z.string().regex(/^[0-9a-f]{32}$/),
    /** Peer id of the node that asked. */
    requester: z.string().min(1).max(128),
    manifestId: manifestIdSchema,
    /** The positions that went through the layers: from the first one that was not cached to the one behind the last. */
    fromPosition: z.int().min(0),
    toPosition: z.int().min(0),
    /** Of prompt and answer, with those that were computed more than once. */
    tokens: z.int().min(0),
    /** Of all tokens together, in milliseconds. */
    computeMs: z.number().min(0),
    /** When the session ended, in milliseconds since 1970, by the stage's clock. */
    at: z.int().min(0),
  }),
);
export type StageAccount = z.infer<typeof stageAccountSchema>;

export const stageAccountKind: DocumentKind<StageAccount> = {
  name: 'stage-account',
  schema: stageAccountSchema,
  maxBytes: 1024,
};

/** Of a signed account as text. */
export const maxStageAccountText = Math.ceil((stageAccountKind.maxBytes * 4) / 3);

/** @throws AppError `protocol-violation` when the text is no signed account, or not in the one form of it */
export function openStageAccount(text: string): SignedDocument<StageAccount> {
  return openDocument(stageAccountKind, fromText(text));
}
