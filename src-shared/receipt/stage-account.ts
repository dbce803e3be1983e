/** The account of its part of an answer that a stage signs when its session ends in order. */
import { z } from 'zod';
import { layerRangeSchema, manifestIdSchema } from '../model.ts';
import { fromText } from '../signing/document-text.ts';
import {
  type DocumentKind,
  openDocument,
  type SignedDocument,
} from '../signing/signed-document.ts';

/** Later versions may add fields, such as a price; unknown fields are left out. */
const stageAccountSchema = layerRangeSchema.and(
  z.object({
    /** Identifies the chain: it is the same in all parts of an answer. */
    session: z.string().regex(/^[0-9a-f]{32}$/),
    /** Peer id of the node that asked. */
    requester: z.string().min(1).max(128),
    manifestId: manifestIdSchema,
    /**
     * The positions that went through the layers: from the first one that was not cached to the one after the last.
     */
    fromPosition: z.int().min(0),
    toPosition: z.int().min(0),
    /** Tokens of prompt and answer; one that was computed again counts again. */
    tokens: z.int().min(0),
    /** For all tokens together, in milliseconds. */
    computeMs: z.number().min(0),
    /** The end of the session, in milliseconds since 1970, by the stage's clock. */
    at: z.int().min(0),
  }),
);
export type StageAccount = z.infer<typeof stageAccountSchema>;

export const stageAccountKind: DocumentKind<StageAccount> = {
  name: 'stage-account',
  schema: stageAccountSchema,
  maxBytes: 1024,
};

/** Length of a signed account as text. */
export const maxStageAccountText = Math.ceil((stageAccountKind.maxBytes * 4) / 3);

/** @throws AppError `protocol-violation` when the text is no signed account, or not in its only valid form */
export function openStageAccount(text: string): SignedDocument<StageAccount> {
  return openDocument(stageAccountKind, fromText(text));
}
