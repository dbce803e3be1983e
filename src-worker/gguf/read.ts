/**
 * Opens GGUF files for reading. Only the header is read into memory, at most tens of megabytes for any
 * file; tensors are streamed.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors.ts';
import { MoreBytesNeeded } from './cursor.ts';
import { limits } from './format.ts';
import { type GgufHeader, type GgufTensor, parseHeader } from './parse.ts';

const firstReadBytes = 65_536;
const pieceBytes = 1024 * 1024;

/** A file's path and header, enough for all checks of a file. */
export type GgufDescription = { readonly path: string; readonly header: GgufHeader };

/** An open file with a valid header. Callers must close it. */
export class GgufFile implements GgufDescription {
  readonly path: string;
  readonly header: GgufHeader;
  readonly #handle: FileHandle;

  constructor(path: string, header: GgufHeader, handle: FileHandle) {
    this.path = path;
    this.header = header;
    this.#handle = handle;
  }

  tensor(name: string): GgufTensor | undefined {
    return this.header.tensors.find((tensor) => tensor.name === name);
  }

  /**
   * The data of a tensor in pieces of at most 1 MiB. A piece is overwritten by the next one.
   * @throws AppError `gguf-invalid` when the file has become shorter since it was opened.
   */
  async *read(tensor: GgufTensor): AsyncGenerator<Uint8Array> {
    const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, tensor.byteLength));
    for (let done = 0; done < tensor.byteLength;) {
      const wanted = Math.min(piece.byteLength, tensor.byteLength - done);
      const { bytesRead } = await this.#handle.read(piece, 0, wanted, tensor.offset + done);
      if (bytesRead === 0) {
        throw new AppError(
          'gguf-invalid',
          `${this.path} ended inside tensor '${tensor.name}' while it was being read.`,
        );
      }
      yield piece.subarray(0, bytesRead);
      done += bytesRead;
    }
  }

  /**
   * `length` bytes of a tensor's data from `offset` on.
   * @throws AppError `gguf-invalid` as `read`
   */
  async readPart(tensor: GgufTensor, offset: number, length: number): Promise<Buffer<ArrayBuffer>> {
    const part = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const position = tensor.offset + offset + done;
      const { bytesRead } = await this.#handle.read(part, done, length - done, position);
      if (bytesRead === 0) {
        throw new AppError(
          'gguf-invalid',
          `${this.path} ended inside tensor '${tensor.name}' while it was being read.`,
        );
      }
      done += bytesRead;
    }
    return part;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * Opens a GGUF file and reads its header.
 * @throws AppError `gguf-invalid` or `gguf-unsupported` with the reason and the place; the system's error
 * when the file cannot be opened
 */
export async function openGguf(path: string): Promise<GgufFile> {
  // This is checked before opening, because opening a named pipe would wait for a writer for ever.
  if (!(await stat(path)).isFile()) {
    throw new AppError('gguf-invalid', `${path} is not a file. Give the path of a GGUF file.`);
  }
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return new GgufFile(path, await readHeader(path, handle, size), handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads longer and longer starts of the file until the header fits. Parsing again is simpler than a resumable parser. */
async function readHeader(path: string, handle: FileHandle, size: number): Promise<GgufHeader> {
  for (let length = firstReadBytes; ;) {
    const bytes = Buffer.allocUnsafeSlow(Math.min(length, size, limits.headerBytes));
    await readFully(path, handle, bytes);
    try {
      return parseHeader(path, bytes, size);
    } catch (error) {
      if (!(error instanceof MoreBytesNeeded)) {
        throw error;
      }
      length = Math.max(length * 4, error.needed);
    }
  }
}

async function readFully(path: string, handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, done);
    if (bytesRead === 0) {
      throw new AppError('gguf-invalid', `${path} became shorter while it was being read.`);
    }
    done += bytesRead;
  }
}
