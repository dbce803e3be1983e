/** Chunks from a GGUF file on this machine: the model's own file, or a shard that was cut or downloaded earlier. */
import type { GgufTensor } from '../../gguf/parse.ts';
import { type GgufFile, openGguf } from '../../gguf/read.ts';
import type { Bitmap } from './bitmap.ts';
import type { ChunkMap } from './chunk-map.ts';
import type { ChunkSource } from './chunk-source.ts';
import { chunksOfTensors, tensorsInFile } from './tensors-in-file.ts';

export class FileSource implements ChunkSource {
  readonly kind = 'file';
  readonly parallel = 2;
  readonly have: Bitmap;
  readonly #map: ChunkMap;
  readonly #file: GgufFile;
  readonly #tensors: ReadonlyMap<number, GgufTensor>;

  /**
   * Opens the file. `names` as in `tensorsInFile`.
   * @throws AppError `gguf-invalid` or `gguf-unsupported`; the system's error when it cannot be opened
   */
  static async open(
    path: string,
    map: ChunkMap,
    names?: ReadonlyMap<number, string>,
  ): Promise<FileSource> {
    const file = await openGguf(path);
    return new FileSource(file, map, tensorsInFile(map, file.header, names));
  }

  private constructor(file: GgufFile, map: ChunkMap, tensors: ReadonlyMap<number, GgufTensor>) {
    this.#file = file;
    this.#map = map;
    this.#tensors = tensors;
    this.have = chunksOfTensors(map, tensors.keys());
  }

  get id(): string {
    return this.#file.path;
  }

  /** As in ChunkSource; also undefined when the file has become shorter. */
  async fetch(chunk: number): Promise<Buffer<ArrayBuffer> | undefined> {
    const { tensor, offset, length } = this.#map.placeOf(chunk);
    const place = this.#tensors.get(tensor);
    return place === undefined
      ? undefined
      : await this.#file.readPart(place, offset, length).catch(() => undefined);
  }

  async leaves(): Promise<undefined> {
    return undefined;
  }

  async refresh(): Promise<void> {}

  async close(): Promise<void> {
    await this.#file.close();
  }
}
