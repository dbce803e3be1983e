/**
 * The layout of a shard's file, which is known before any byte of its tensors: chunks are written to their final places as they
 * arrive, in any order, and nothing is copied at the end.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import { tensorBytes, tensorType } from '../../gguf/format.ts';
import type { GgufHeader, GgufTensor } from '../../gguf/parse.ts';
import type { GgufDescription } from '../../gguf/read.ts';
import { shardContent, shardTensors } from '../../gguf/slice.ts';
import { layOutGguf } from '../../gguf/write.ts';
import { manifestId } from '../manifests/manifest.ts';
import type { ChunkMap } from './chunk-map.ts';

export type ShardLayout = {
  /** The file's first bytes. */
  readonly header: Buffer;
  readonly fileBytes: number;
  /** Where the data of each of the model's tensors begins, in bytes from the start of the file. */
  readonly offsets: ReadonlyMap<number, number>;
  /** The chunks of those tensors. */
  readonly chunks: readonly number[];
  /** The bytes of those chunks. */
  readonly dataBytes: number;
  /** A hash of the layout, in hexadecimal. */
  readonly fingerprint: string;
};

/**
 * @param metadata the metadata in the model's header
 * @throws AppError `gguf-unsupported` when the model cannot be cut there or this version does not know its
 * tensors' types, `gguf-invalid` when the manifest contradicts itself, `request-invalid` for other layers
 */
export function layOutShard(
  map: ChunkMap,
  metadata: GgufHeader['metadata'],
  range: LayerRange,
): ShardLayout {
  const model = describeModel(map, metadata);
  const { header, placed, fileBytes } = layOutGguf(
    shardContent(model, range, {
      manifestId: manifestId(map.manifest),
      read: () => 'zeros',
    }),
  );
  const places = new Map(placed.map(({ tensor, offset }) => [tensor.name, offset]));
  const offsets = new Map<number, number>();
  for (const [tensor, name] of tensorsInShard(map, metadata, range)) {
    offsets.set(tensor, places.get(name) ?? 0);
  }
  const chunks = [...offsets.keys()].flatMap((tensor) => {
    const { first, end } = map.chunksOf(tensor);
    return Array.from({ length: end - first }, (_, index) => first + index);
  });
  return {
    header,
    fileBytes,
    offsets,
    chunks,
    dataBytes: chunks.reduce((sum, chunk) => sum + map.placeOf(chunk).length, 0),
    fingerprint: createHash('sha256').update(header).digest('hex'),
  };
}

/** The names of the model's tensors in a shard of these layers, by tensor number. Errors as `layOutShard`. */
export function tensorsInShard(
  map: ChunkMap,
  metadata: GgufHeader['metadata'],
  range: LayerRange,
): Map<number, string> {
  const numbers = new Map(map.manifest.tensors.map(({ name }, tensor) => [name, tensor]));
  const tensors = shardTensors(describeModel(map, metadata), range);
  return new Map(tensors.map(({ name, tensor }) => [numbers.get(tensor.name) ?? 0, name]));
}

/** A description of the model's file without the places of its tensors, which are not needed. */
function describeModel(map: ChunkMap, metadata: GgufHeader['metadata']): GgufDescription {
  const { manifest } = map;
  const tensors = manifest.tensors.map((tensor): GgufTensor => {
    const type = knownType(manifest.name, tensor.type);
    if (tensorBytes(type, tensor.shape) !== tensor.size) {
      throw new AppError(
        'gguf-invalid',
        `The manifest of ${manifest.name} contradicts itself about '${tensor.name}'.`,
      );
    }
    return { name: tensor.name, type, shape: tensor.shape, offset: 0, byteLength: tensor.size };
  });
  return { path: manifest.name, header: { version: 3, metadata, tensors } };
}

function knownType(model: string, name: string): GgufTensor['type'] {
  try {
    return tensorType(name);
  } catch (error) {
    throw new AppError(
      'gguf-unsupported',
      `${model} has tensors of the type '${name}', which this version does not know.`,
      { cause: error },
    );
  }
}
