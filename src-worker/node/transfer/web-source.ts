/** Chunks from the model's GGUF file on a web server, each fetched as a range of the file. */
import { AppError } from '../../../src-shared/errors.ts';
import { MoreBytesNeeded } from '../../gguf/cursor.ts';
import { limits } from '../../gguf/format.ts';
import { type GgufHeader, type GgufTensor, parseHeader } from '../../gguf/parse.ts';
import type { Bitmap } from './bitmap.ts';
import type { ChunkMap } from './chunk-map.ts';
import type { ChunkSource } from './chunk-source.ts';
import { HttpFile } from './http-file.ts';
import { chunksOfTensors, tensorsInFile } from './tensors-in-file.ts';

const parallel = 4;

/** Reads the header of the GGUF file. @throws AppError as HttpFile, and `gguf-invalid` or `gguf-unsupported` */
export async function readWebHeader(file: HttpFile, signal: AbortSignal): Promise<GgufHeader> {
  let bytes = file.start;
  for (;;) {
    try {
      return parseHeader(file.url, bytes, file.sizeBytes);
    } catch (error) {
      if (!(error instanceof MoreBytesNeeded)) {
        throw error;
      }
      const wanted = Math.max(bytes.byteLength * 4, error.needed);
      const length = Math.min(wanted, file.sizeBytes, limits.headerBytes) - bytes.byteLength;
      bytes = Buffer.concat([bytes, await file.read(bytes.byteLength, length, signal)]);
    }
  }
}

export class WebSource implements ChunkSource {
  readonly kind = 'web';
  readonly parallel = parallel;
  readonly id: string;
  readonly have: Bitmap;
  readonly #map: ChunkMap;
  readonly #file: HttpFile;
  readonly #tensors: ReadonlyMap<number, GgufTensor>;

  /**
   * Reads the file's header.
   * @throws AppError as `readWebHeader`, and `gguf-invalid` when the file has no tensor of the model
   */
  static async open(url: string, map: ChunkMap, signal: AbortSignal): Promise<WebSource> {
    const file = await HttpFile.open(url, signal);
    const tensors = tensorsInFile(map, await readWebHeader(file, signal));
    if (tensors.size === 0) {
      throw new AppError('gguf-invalid', `The file at ${url} is of another model.`);
    }
    return new WebSource(file, map, tensors);
  }

  private constructor(file: HttpFile, map: ChunkMap, tensors: ReadonlyMap<number, GgufTensor>) {
    this.id = file.url;
    this.#file = file;
    this.#map = map;
    this.#tensors = tensors;
    this.have = chunksOfTensors(map, tensors.keys());
  }

  async fetch(chunk: number, signal: AbortSignal): Promise<Buffer<ArrayBuffer> | undefined> {
    const { tensor, offset, length } = this.#map.placeOf(chunk);
    const start = this.#tensors.get(tensor)?.offset;
    return start === undefined ? undefined : await this.#file.read(start + offset, length, signal);
  }

  async leaves(): Promise<undefined> {
    return undefined;
  }

  async refresh(): Promise<void> {}

  async close(): Promise<void> {}
}
