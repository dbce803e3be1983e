/**
 * Models that a pool offers its members in addition to the app's own list: signed by its owner or an admin, and spread with
 * the pool's news. An entry names a model by its manifest, so its bytes are verified from any source; a file on the
 * web is also named by its hash.
 */
import { z } from 'zod';
import { manifestIdSchema } from '../../../../src-shared/model.ts';
import {
  poolIdSchema,
  poolModelFactsSchema,
  poolModelIdSchema,
} from '../../../../src-shared/pool.ts';
import { type Certificate, clockToleranceMs } from './certificate.ts';
import type { DocumentKind } from '../../../../src-shared/signing/signed-document.ts';
import { openStatement, type Statement, type StatementText } from './statement.ts';

const entrySchema = z.strictObject({
  pool: poolIdSchema,
  id: poolModelIdSchema,
  /** The time of the entry; of two entries with the same id, the later one counts. */
  at: z.int().min(0),
  /** null: the model was withdrawn. */
  model: poolModelFactsSchema
    .extend({
      quantisation: z.string().regex(/^\w{1,16}$/),
      sizeBytes: z.int().min(1),
      manifestId: manifestIdSchema,
      /** The web address of the model's GGUF file; `sha256` and `sizeBytes` are of the whole file then. */
      file: z
        .strictObject({
          url: z.url({ protocol: /^https$/ }).max(1000),
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
        })
        .optional(),
    })
    .strict()
    .nullable(),
});
export type PoolModelEntry = z.infer<typeof entrySchema>;
export type PoolModelFacts = NonNullable<PoolModelEntry['model']>;
export type PoolModel = Statement<PoolModelEntry>;

export const poolModelKind: DocumentKind<PoolModelEntry> = {
  name: 'pool-model',
  schema: entrySchema,
  maxBytes: 2560,
};

/** Reads an entry and checks its signatures. @throws AppError `protocol-violation` */
export async function openPoolModel(text: StatementText): Promise<PoolModel> {
  return await openStatement(poolModelKind, text, mayOffer);
}

/** An admin may make entries while its certificate is valid; an entry stays valid after the certificate expires. */
function mayOffer({ at }: PoolModelEntry, by: Certificate): boolean {
  return by.role === 'admin' && at >= by.issuedAt - clockToleranceMs && at < by.expiresAt;
}
