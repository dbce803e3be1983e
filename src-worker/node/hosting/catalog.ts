/**
 * The lists of models that can be downloaded: the app's catalog, which is trusted because its makers signed it, and the offers
 * of the owner's pools.
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
  /** The number of parameters, as the model's makers state it: "8B". */
  parameters: z.string().regex(/^\d+(\.\d+)?[MB]$/),
  quantisation: z.string().min(1).max(16),
  licence: z.strictObject({ name: line, url: httpsUrl }),
  /** The web page about the model. */
  page: httpsUrl,
  /** Addresses of the GGUF file, all equivalent. */
  urls: z.array(httpsUrl).min(1).max(8),
  sizeBytes: z.int().min(1),
  /** Hash of the whole file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Known once a peer has imported the file; then single layers of it can be fetched and checked. */
  manifestId: manifestIdSchema.nullable(),
});

const catalogSchema = z.strictObject({
  format: z.literal(1),
  /** The catalog with the larger number is the newer one. */
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

/** Whether the signature is valid, by the expected signer's key. */
export type VerifySignature = (signed: Uint8Array, signature: Uint8Array) => boolean;

/** The public key for the app's catalog: Ed25519 in SPKI form. The makers have the private one. */
const appKey = 'MCowBQYDK2VwAyEAGDfry9nk2nLEGJIONYqyzw9VkR0pgz1wNVva8KWX14o=';

export const isSignedByApp: VerifySignature = (signed, signature) =>
  verify(
    null,
    signed,
    createPublicKey({ key: Buffer.from(appKey, 'base64'), format: 'der', type: 'spki' }),
    signature,
  );

/** The bytes of a catalog that are signed. */
export function signedBytes(catalog: Catalog): Buffer {
  return Buffer.from(canonicalJson(catalog));
}

/**
 * Reads and verifies a catalog.
 * @param text the content of the catalog's file
 * @throws AppError `request-invalid` when it is not a valid catalog or its signature is not valid
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

/** A model that can be downloaded, from any list. */
export type ListedModel = Omit<CatalogModel, 'sha256'> & {
  /** Hash of the whole file; null where no web address of it is known. */
  readonly sha256: string | null;
  /** The pool that offers it; absent: the app's own list. */
  readonly pool?: { readonly id: string; readonly name: string };
};

/** A model that a pool offers, see pools/pool-model.ts. */
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

/** All lists together. Of entries with the same id or file, the app's wins, then that of the first pool. */
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
