/** Makes the manifest of an open GGUF file, reading it once from start to end. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { chatTemplateKey, chatTemplateOf } from '../../gguf/chat-template.ts';
import { modelFacts } from '../../gguf/model-facts.ts';
import { refuseWhatCannotAnswer } from '../../gguf/other-kinds.ts';
import type { GgufTensor } from '../../gguf/parse.ts';
import type { GgufDescription, GgufFile } from '../../gguf/read.ts';
import { encodeString, stringOf } from '../../gguf/values.ts';
import { checkVocabulary } from '../../gguf/vocabulary.ts';
import { ChunkHasher, treeRoot } from './chunk-tree.ts';
import type { ChunkedManifest, ChunkedTensor } from './manifest.ts';

export type ReadingOptions = {
  /** Called about once for each megabyte. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Checks the file before its tensors are read, and throws when the model must be refused. */
  readonly examine?: ((file: GgufFile) => Promise<void>) | undefined;
  /** Called with the leaves of every tensor, in the order of the manifest, when all is read. */
  readonly onLeaves?: ((leaves: readonly Buffer[]) => void) | undefined;
};

/**
 * Makes the manifest.
 * @throws AppError `gguf-unsupported` or `gguf-invalid` when the file is not a complete language model; any error of `examine`;
 * the signal's reason.
 */
export async function makeManifest(
  file: GgufFile,
  options: ReadingOptions = {},
): Promise<ChunkedManifest> {
  refuseWhatCannotAnswer(file);
  const facts = modelFacts(file);
  checkVocabulary(file);
  await options.examine?.(file);
  return {
    format: 2,
    ...facts,
    name: nameOf(file) ?? `Unnamed ${facts.architecture}`,
    quantisation: mostBytes(file.header.tensors),
    ...hashMetadata(file, facts.architecture),
    tensors: await hashTensors(file, options),
  };
}

type Hashed = { readonly tensor: ChunkedTensor; readonly leaves: Buffer };

async function hashTensors(file: GgufFile, options: ReadingOptions): Promise<ChunkedTensor[]> {
  const totalBytes = file.header.tensors.reduce((sum, tensor) => sum + tensor.byteLength, 0);
  let doneBytes = 0;
  const hashed: Hashed[] = [];
  for (const tensor of file.header.tensors.toSorted((a, b) => a.offset - b.offset)) {
    const hasher = new ChunkHasher();
    for await (const piece of file.read(tensor)) {
      options.signal?.throwIfAborted();
      hasher.update(piece);
      doneBytes += piece.byteLength;
      options.onProgress?.(doneBytes, totalBytes);
    }
    const leaves = hasher.finish();
    const { name, type, shape, byteLength: size } = tensor;
    const root = treeRoot(leaves);
    hashed.push({ tensor: { name, type: type.name, shape: [...shape], size, root }, leaves });
  }
  const sorted = hashed.toSorted((a, b) => (a.tensor.name < b.tensor.name ? -1 : 1));
  options.onLeaves?.(sorted.map(({ leaves }) => leaves));
  return sorted.map(({ tensor }) => tensor);
}

/** The part of a manifest that follows from a header without tensors. */
export function hashMetadata(
  file: GgufDescription,
  architecture: string,
): Pick<ChunkedManifest, 'parametersSha256' | 'tokenizerSha256' | 'templateSha256'> {
  const { metadata } = file.header;
  const template = chatTemplateOf(metadata) ?? stringOf(metadata.get(chatTemplateKey));
  return {
    parametersSha256: hashOfEntries(file, (key) => key.startsWith(`${architecture}.`)),
    tokenizerSha256: hashOfEntries(
      file,
      (key) => key.startsWith('tokenizer.') && !key.startsWith(chatTemplateKey),
    ),
    templateSha256: template === undefined ? null : sha256(template),
  };
}

/** Hash over key, type and bytes of the chosen entries, sorted by key. */
function hashOfEntries(file: GgufDescription, isChosen: (key: string) => boolean): string {
  const hash = createHash('sha256');
  for (const [key, value] of [...file.header.metadata].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (isChosen(key)) {
      hash.update(encodeString(key)).update(Uint8Array.of(value.type)).update(value.bytes);
    }
  }
  return hash.digest('hex');
}

/** The name of the tensor type that takes the most bytes; of equals, the first by name. */
function mostBytes(tensors: readonly GgufTensor[]): string {
  const bytes = new Map<string, number>();
  for (const { type, byteLength } of tensors) {
    bytes.set(type.name, (bytes.get(type.name) ?? 0) + byteLength);
  }
  const [most] = [...bytes].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return most?.[0] ?? '';
}

/** The model's name in the file, else the file's own name. */
function nameOf({ path, header }: GgufDescription): string | undefined {
  return (
    displayName(stringOf(header.metadata.get('general.name'))) ??
    displayName(basename(path).replace(/\.gguf$/i, ''))
  );
}

/** The name as one line of at most 100 characters without control characters; undefined when nothing is left. */
function displayName(name: string | undefined): string | undefined {
  const line = name?.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return line === undefined || line === ''
    ? undefined
    : line.slice(0, 100).trimEnd().toWellFormed();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
