/**
 * Writes GGUF version 3, little endian, alignment 32. The header is built in memory and tensors are streamed,
 * so that a file of any size takes a few megabytes of memory.
 */
import type { FileHandle } from 'node:fs/promises';
import { writeAtomically } from '../../src-shared/files/atomic-file.ts';
import { alignUp, defaultAlignment, magic, type TensorType, tensorBytes } from './format.ts';
import { encodeString, type MetadataValue } from './values.ts';

export type TensorToWrite = {
  readonly name: string;
  readonly type: TensorType;
  /** The lengths of the dimensions, that of a row first, as in the file. */
  readonly shape: readonly number[];
  /** The data in pieces of any size, or 'zeros', which takes no room on file systems with sparse files. */
  readonly data: Iterable<Uint8Array> | AsyncIterable<Uint8Array> | 'zeros';
};

export type GgufContent = {
  readonly metadata: Iterable<readonly [key: string, value: MetadataValue]>;
  readonly tensors: readonly TensorToWrite[];
};

/**
 * Writes a GGUF file; on failure or abort, an earlier file at `path` is unchanged.
 * @throws RangeError when a shape does not suit its type or the data does not have the size of its shape;
 * the signal's reason when aborted; errors of the disk and of the data's source
 */
export async function writeGguf(
  path: string,
  content: GgufContent,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await writeAtomically(path, async (handle) => {
    const { header, placed, fileBytes } = layOutGguf(content);
    await writeFully(handle, header, 0);
    for (const { tensor, offset, byteLength } of placed) {
      if (tensor.data !== 'zeros') {
        await writeData(handle, tensor, offset, byteLength, options.signal);
      }
    }
    await handle.truncate(fileBytes);
  });
}

type PlacedTensor = { tensor: TensorToWrite; offset: number; byteLength: number };

/** The layout of a file: its header, the offset of each tensor's data, and its length in bytes. */
export type GgufLayout = {
  readonly header: Buffer;
  readonly placed: readonly {
    readonly tensor: TensorToWrite;
    readonly offset: number;
    readonly byteLength: number;
  }[];
  readonly fileBytes: number;
};

/** Lays out a file. @throws RangeError when a shape does not suit its type */
export function layOutGguf(content: GgufContent): GgufLayout {
  const metadata = [...content.metadata];
  const parts: Buffer[] = [Buffer.from(magic, 'latin1'), uint32(3)];
  parts.push(uint64(content.tensors.length), uint64(metadata.length));
  for (const [key, value] of metadata) {
    parts.push(encodeString(key), uint32(value.type), value.bytes);
  }
  const placed: PlacedTensor[] = [];
  let dataBytes = 0;
  for (const tensor of content.tensors) {
    const byteLength = tensorBytes(tensor.type, tensor.shape);
    if (byteLength === undefined) {
      throw new RangeError(
        `${tensor.name} cannot be ${tensor.type.name} [${tensor.shape.join(', ')}]`,
      );
    }
    parts.push(encodeString(tensor.name), uint32(tensor.shape.length));
    parts.push(...tensor.shape.map(uint64), uint32(tensor.type.code), uint64(dataBytes));
    placed.push({ tensor, offset: dataBytes, byteLength });
    dataBytes = alignUp(dataBytes + byteLength, defaultAlignment);
  }
  const header = Buffer.concat(parts);
  const dataOffset = alignUp(header.byteLength, defaultAlignment);
  for (const place of placed) {
    place.offset += dataOffset;
  }
  return { header, placed, fileBytes: dataOffset + dataBytes };
}

async function writeData(
  handle: FileHandle,
  tensor: TensorToWrite,
  offset: number,
  byteLength: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let written = 0;
  for await (const piece of tensor.data === 'zeros' ? [] : tensor.data) {
    signal?.throwIfAborted();
    if (written + piece.byteLength > byteLength) {
      throw new RangeError(`More than the ${byteLength} bytes of ${tensor.name} were given`);
    }
    await writeFully(handle, piece, offset + written);
    written += piece.byteLength;
  }
  if (written !== byteLength) {
    throw new RangeError(`${written} of the ${byteLength} bytes of ${tensor.name} were given`);
  }
}

/** Writes all bytes, because a single `write` may write fewer, for example when the disk is nearly full. */
async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(
      bytes,
      done,
      bytes.byteLength - done,
      position + done,
    );
    if (bytesWritten === 0) {
      throw new Error('The disk took no more bytes');
    }
    done += bytesWritten;
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
