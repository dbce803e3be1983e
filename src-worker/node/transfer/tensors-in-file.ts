/** Finds the tensors of a model in a GGUF file. A tensor of another type or size does not count as the model's. */
import type { GgufHeader, GgufTensor } from '../../gguf/parse.ts';
import { Bitmap } from './bitmap.ts';
import type { ChunkMap } from './chunk-map.ts';

/**
 * The file's tensors by their numbers in the model. `names`: the names in the file, by number, where they differ from those in
 * the model.
 */
export function tensorsInFile(
  map: ChunkMap,
  header: GgufHeader,
  names?: ReadonlyMap<number, string>,
): Map<number, GgufTensor> {
  const inFile = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  const found = new Map<number, GgufTensor>();
  for (const [number, { name, type, size }] of map.manifest.tensors.entries()) {
    const tensor = inFile.get(names === undefined ? name : (names.get(number) ?? ''));
    if (tensor?.byteLength === size && tensor.type.name === type) {
      found.set(number, tensor);
    }
  }
  return found;
}

/** All chunks of these tensors. */
export function chunksOfTensors(map: ChunkMap, tensors: Iterable<number>): Bitmap {
  const chunks = new Bitmap(map.count);
  for (const tensor of tensors) {
    const { first, end } = map.chunksOf(tensor);
    for (let chunk = first; chunk < end; chunk += 1) {
      chunks.set(chunk);
    }
  }
  return chunks;
}
