/**
 * Lists of models that can be downloaded: the app's own, signed by its makers and believed for that alone, and what
 * the owner's pools offer beside it.
 */
import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { manifestIdSchema } from '../../../src-shared/model.ts';
import { canonicalJson } from '../../../src-shared/canonical-json.ts';

const maxCatalogBytes = 1024 * 1024;

const line = z.string().min(1).max(200);
const httpsUrl = z.url({ protocol: /^https$/ }).max(1000);

const catalogModelSchema = z.strictObject({
  /** Names the entry in commands: "qwen3-8b". */
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
  name: line,
  /** As its makers count them: "8B". */
  parameters: z.string().regex(/^\d+(\.\d+)?[MB]$/),
  quantisation: z.string().min(1).max(16),
  licence: z.strictObject({ name: line, url: httpsUrl }),
  /** The model's page. */
  page: httpsUrl,
  /** Where the GGUF file lies; any of them will do. */
  urls: z.array(httpsUrl).min(1).max(8),
  sizeBytes: z.int().min(1),
  /** Of the whole file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Known once a peer has imported the file; then single layers of it can be fetched and checked. */
  manifestId: manifestIdSchema.nullable(),
});

const catalogSchema = z.strictObject({
  format: z.literal(1),
  /** Of two catalogs from the same hand the one with the larger number is the newer one. */
  sequence: z.int().min(1),
  models: z
    .array(catalogModelSchema)
    .max(1000)
    .refine((models) => new Set(models.map(({ id }) => id)).size === models.length, 'ids differ'),
});

const signedCatalogSchema = z.strictObject({
  catalog: catalogSchema,
  /** Ed25519 over the canonical JSON of `catalog`, in base64. */
  signature: z.base64().max(200),
});

export type CatalogModel = z.infer<typeof catalogModelSchema>;
export type Catalog = z.infer<typeof catalogSchema>;

/** Whether the signature is that of the one whose catalog it has to be. */
export type VerifySignature = (signed: Uint8Array, signature: Uint8Array) => boolean;

/** Of the app's own catalog: an Ed25519 key in SPKI form. The makers have the private one. */
const appKey = 'MCowBQYDK2VwAyEAGDfry9nk2nLEGJIONYqyzw9VkR0pgz1wNVva8KWX14o=';

export const isSignedByApp: VerifySignature = (signed, signature) =>
  verify(
    null,
    signed,
    createPublicKey({ key: Buffer.from(appKey, 'base64'), format: 'der', type: 'spki' }),
    signature,
  );

/** What is signed of a catalog. */
export function signedBytes(catalog: Catalog): Buffer {
  return Buffer.from(canonicalJson(catalog));
}

/**
 * @param text of a catalog's file
 * @throws AppError `request-invalid` when it is no catalog or not signed by whom it should be
 */
export function readCatalog(text: string, isSigned: VerifySignature): Catalog {
  if (Buffer.byteLength(text) > maxCatalogBytes) {
    refuse('it is too large');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    refuse('it is no JSON', error);
  }
  const parsed = signedCatalogSchema.safeParse(json);
  if (!parsed.success) {
    return refuse(`it is not in the right form (${z.prettifyError(parsed.error)})`, parsed.error);
  }
  const { catalog, signature } = parsed.data;
  if (!isSigned(signedBytes(catalog), Buffer.from(signature, 'base64'))) {
    refuse('its signature is not right');
  }
  return catalog;
}

/** A model that can be got, by whichever list. */
export type ListedModel = Omit<CatalogModel, 'sha256'> & {
  /** Of the whole file; null where no web address of one is known. */
  readonly sha256: string | null;
  /** The pool that offers it; absent: the app's own list. */
  readonly pool?: { readonly id: string; readonly name: string };
};

/** What a pool offers, see pools/pool-model.ts. */
export type PoolOffer = {
  readonly pool: { readonly id: string; readonly name: string };
  readonly id: string;
  readonly name: string;
  readonly quantisation: string;
  readonly licence: string;
  readonly sizeBytes: number;
  readonly manifestId: string;
  readonly file?: { readonly url: string; readonly sha256: string } | undefined;
};

/** All lists together; of entries with one id, or of one file, that of the app counts, then that of the first pool. */
export function listedModels(
  app: readonly CatalogModel[],
  offers: readonly PoolOffer[],
): ListedModel[] {
  const listed: ListedModel[] = [...app];
  for (const offer of offers) {
    const { id, file } = offer;
    const isKnown = (model: ListedModel): boolean =>
      model.id === id || (file !== undefined && model.sha256 === file.sha256);
    if (!listed.some(isKnown)) {
      listed.push(toListed(offer));
    }
  }
  return listed;
}

function toListed({ licence, file, ...offer }: PoolOffer): ListedModel {
  return {
    ...offer,
    parameters: '',
    licence: { name: licence, url: '' },
    page: '',
    urls: file === undefined ? [] : [file.url],
    sha256: file?.sha256 ?? null,
  };
}

function refuse(why: string, cause?: unknown): never {
  throw new AppError('request-invalid', `The model catalog cannot be used: ${why}.`, { cause });
}
