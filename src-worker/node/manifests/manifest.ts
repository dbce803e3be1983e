/**
 * A manifest identifies a model by its content: two files with the same tensors, parameters, tokenizer and template give the
 * same manifest, wherever they are and in whatever order they store these.
 *
 * Format 2 has the root of a SHA-256 tree for every tensor (chunk-tree.ts), so that pieces of it can be verified as they
 * arrive. Format 1, which has one hash for each tensor, is still read; such a model is run and served as before, and gets a
 * manifest of format 2 when its file is imported again.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../../src-shared/canonical-json.ts';
import { limits } from '../../gguf/format.ts';
import {
  type ModelSummary,
  manifestIdSchema,
  modelSummarySchema,
} from '../../../src-shared/model.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const tensorShape = {
  name: z.string().min(1).max(limits.tensorNameBytes),
  type: z.string().max(16),
  /** Dimensions, the row length first. */
  shape: z.array(z.int().min(1)).min(1).max(limits.dimensions),
  /** Bytes of data. */
  size: z.int().min(1),
};

const hashedTensorSchema = z.strictObject({ ...tensorShape, sha256: sha256Schema });

const chunkedTensorSchema = z.strictObject({ ...tensorShape, root: sha256Schema });

const commonShape = {
  ...modelSummarySchema.pick({
    name: true,
    architecture: true,
    layers: true,
    width: true,
    contextLength: true,
    quantisation: true,
  }).shape,
  /** Hash of all metadata of the architecture: head counts, rotation, norms. */
  parametersSha256: sha256Schema,
  /** Hash of all tokenizer metadata without the chat template. */
  tokenizerSha256: sha256Schema,
  /** Hash of the chat template's text; null when the model has none. */
  templateSha256: sha256Schema.nullable(),
};

/** Tensors are sorted by name. */
const manifestOf = <Format extends 1 | 2, Tensor extends z.ZodObject>(
  format: Format,
  tensor: Tensor,
) =>
  z.strictObject({
    format: z.literal(format),
    ...commonShape,
    tensors: z.array(tensor).min(1).max(limits.tensors),
  });

const chunkedManifestSchema = manifestOf(2, chunkedTensorSchema);

export const manifestSchema = z.discriminatedUnion('format', [
  manifestOf(1, hashedTensorSchema),
  chunkedManifestSchema,
]);

export type Manifest = z.infer<typeof manifestSchema>;
/** The format that this version makes. */
export type ChunkedManifest = z.infer<typeof chunkedManifestSchema>;
export type ChunkedTensor = ChunkedManifest['tensors'][number];

/** The SHA-256, in hexadecimal, of the manifest's canonical JSON. */
export function manifestId(manifest: Manifest): string {
  return manifestIdSchema.parse(createHash('sha256').update(canonicalJson(manifest)).digest('hex'));
}

export function toModelSummary(manifest: Manifest): ModelSummary {
  return {
    manifestId: manifestId(manifest),
    name: manifest.name,
    architecture: manifest.architecture,
    layers: manifest.layers,
    width: manifest.width,
    contextLength: manifest.contextLength,
    sizeBytes: sizeOf(manifest),
    quantisation: manifest.quantisation,
  };
}

/** Bytes of all tensors together. */
function sizeOf(manifest: Manifest): number {
  let bytes = 0;
  for (const { size } of manifest.tensors) {
    bytes += size;
  }
  return bytes;
}
