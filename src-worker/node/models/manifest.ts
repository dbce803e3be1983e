/**
 * A manifest says what a model is, by content: two files with the same tensors, parameters, tokenizer and
 * template give the same manifest wherever they lie and in whatever order they store things.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { limits } from '../../gguf/format.ts';
import {
  type ModelSummary,
  manifestIdSchema,
  modelSummarySchema,
} from '../../../src-shared/model.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const tensorSchema = z.strictObject({
  name: z.string().min(1).max(limits.tensorNameBytes),
  type: z.string().max(16),
  /** Row length first. */
  shape: z.array(z.int().min(1)).min(1).max(limits.dimensions),
  /** Bytes of data. */
  size: z.int().min(1),
  sha256: sha256Schema,
});

export const manifestSchema = z.strictObject({
  format: z.literal(1),
  ...modelSummarySchema.pick({
    name: true,
    architecture: true,
    layers: true,
    width: true,
    contextLength: true,
    quantisation: true,
  }).shape,
  /** Of all metadata of the architecture: head counts, rotation, norms. */
  parametersSha256: sha256Schema,
  /** Of all tokenizer metadata but the chat template. */
  tokenizerSha256: sha256Schema,
  /** Of the chat template's text; null when the model has none. */
  templateSha256: sha256Schema.nullable(),
  /** Sorted by name. */
  tensors: z.array(tensorSchema).min(1).max(limits.tensors),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestTensor = z.infer<typeof tensorSchema>;

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
    sizeBytes: manifest.tensors.reduce((sum, tensor) => sum + tensor.size, 0),
    quantisation: manifest.quantisation,
  };
}

/** JSON without white space, keys sorted by code unit: the same bytes for the same content. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
