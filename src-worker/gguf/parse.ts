/**
 * Parses the header of a GGUF file of version 2 or 3 from its first bytes. Pure. Every number is checked,
 * because a model's file may be hostile. Version 1 and big-endian files are refused with that reason.
 */
import { Cursor } from './cursor.ts';
import {
  alignUp,
  defaultAlignment,
  limits,
  magic,
  type TensorType,
  tensorBytes,
  tensorTypesByCode,
  valueBytes,
  valueTypes,
} from './format.ts';
import { foreignFormat } from './foreign-format.ts';
import { type MetadataValue, numberOf } from './values.ts';

export type GgufTensor = {
  readonly name: string;
  readonly type: TensorType;
  /** One to four lengths, that of a row first. */
  readonly shape: readonly number[];
  /** Offset of the data, in bytes from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
};

export type GgufHeader = {
  readonly version: number;
  /** In the file's order. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** In the file's order; their data is inside the file, aligned and without overlaps. */
  readonly tensors: readonly GgufTensor[];
};

/**
 * Parses the header of a file of `fileBytes` bytes from `bytes`, its first ones. Values are views of `bytes`.
 * @throws AppError `gguf-invalid` for an invalid file, `gguf-unsupported` for a valid one that this app
 * cannot use; MoreBytesNeeded when the header is longer than `bytes`
 */
export function parseHeader(name: string, bytes: Buffer, fileBytes: number): GgufHeader {
  const cursor = new Cursor(name, bytes, fileBytes);
  if (fileBytes === 0) {
    cursor.invalid('it is empty');
  }
  const foreign = foreignFormat(bytes);
  if (foreign !== undefined) {
    cursor.unsupported(foreign);
  }
  const version = parseVersion(cursor);
  const tensorCount = cursor.count('the number of tensors', limits.tensors);
  const keyCount = cursor.count('the number of metadata keys', limits.metadataKeys);

  const metadata = new Map<string, MetadataValue>();
  for (let index = 0; index < keyCount; index += 1) {
    const key = cursor.name(`metadata key ${index}`, limits.keyBytes);
    if (metadata.has(key)) {
      cursor.invalid(`metadata key '${key}' appears twice`);
    }
    metadata.set(key, parseValue(cursor, key));
  }

  const alignment = alignmentOf(cursor, metadata);
  const tensors = new Map<string, GgufTensor>();
  for (let index = 0; index < tensorCount; index += 1) {
    const tensor = parseTensor(cursor, index, alignment);
    if (tensors.has(tensor.name)) {
      cursor.invalid(`tensor '${tensor.name}' appears twice`);
    }
    tensors.set(tensor.name, tensor);
  }
  const dataOffset = alignUp(cursor.position, alignment);
  return {
    version,
    metadata,
    tensors: place(cursor, [...tensors.values()], dataOffset, fileBytes),
  };
}

function parseVersion(cursor: Cursor): number {
  if (cursor.take(4, 'its first four bytes').toString('latin1') !== magic) {
    cursor.invalid(`it does not begin with '${magic}'`);
  }
  const version = cursor.uint32('the version');
  if (version > 0 && (version & 0xffff) === 0) {
    cursor.unsupported('it is big-endian; convert the model for little-endian machines');
  }
  if (version === 1) {
    cursor.unsupported('it is of GGUF version 1, which is no longer read; convert the model again');
  }
  if (version !== 2 && version !== 3) {
    cursor.unsupported(`it is of GGUF version ${version}; versions 2 and 3 can be read`);
  }
  return version;
}

function parseValue(cursor: Cursor, key: string): MetadataValue {
  const type = cursor.uint32(`the type of '${key}'`);
  const start = cursor.position;
  if (type === valueTypes.array) {
    skipArray(cursor, key);
  } else if (type === valueTypes.string) {
    cursor.skipString(`the value of '${key}'`);
  } else {
    const value = cursor.take(bytesOfType(cursor, key, type), `the value of '${key}'`);
    if (type === valueTypes.bool && value.readUInt8() > 1) {
      cursor.invalid(`'${key}' is neither true nor false`);
    }
  }
  return { type, bytes: cursor.since(start) };
}

/** Skips an array. Arrays of arrays are refused: the format allows them, but neither llama.cpp nor any model uses them. */
function skipArray(cursor: Cursor, key: string): void {
  const elementType = cursor.uint32(`the element type of '${key}'`);
  if (elementType === valueTypes.array) {
    cursor.invalid(`'${key}' is an array of arrays`);
  }
  const length = cursor.count(`the number of elements of '${key}'`, limits.arrayElements);
  if (elementType !== valueTypes.string) {
    cursor.take(length * bytesOfType(cursor, key, elementType), `the elements of '${key}'`);
    return;
  }
  for (let index = 0; index < length; index += 1) {
    cursor.skipString(`an element of '${key}'`);
  }
}

function bytesOfType(cursor: Cursor, key: string, type: number): number {
  return valueBytes.get(type) ?? cursor.invalid(`'${key}' has the unknown value type ${type}`);
}

function alignmentOf(cursor: Cursor, metadata: ReadonlyMap<string, MetadataValue>): number {
  const value = metadata.get('general.alignment');
  if (value === undefined) {
    return defaultAlignment;
  }
  const alignment = value.type === valueTypes.uint32 ? (numberOf(value) ?? 0) : 0;
  if (alignment === 0 || alignment > limits.alignment || (alignment & (alignment - 1)) !== 0) {
    cursor.invalid(`'general.alignment' is no power of two from 1 to ${limits.alignment}`);
  }
  return alignment;
}

/** Parses a tensor's entry; its `offset` still counts from the start of the data. */
function parseTensor(cursor: Cursor, index: number, alignment: number): GgufTensor {
  const name = cursor.name(`the name of tensor ${index}`, limits.tensorNameBytes);
  const dimensions = cursor.uint32(`the number of dimensions of tensor '${name}'`);
  if (dimensions === 0 || dimensions > limits.dimensions) {
    cursor.invalid(`tensor '${name}' has ${dimensions} dimensions`);
  }
  const shape = Array.from({ length: dimensions }, () =>
    cursor.count(`a dimension of tensor '${name}'`, Number.MAX_SAFE_INTEGER),
  );
  if (shape.includes(0)) {
    cursor.invalid(`tensor '${name}' has a dimension of 0`);
  }
  const code = cursor.uint32(`the type of tensor '${name}'`);
  const type =
    tensorTypesByCode.get(code) ??
    cursor.unsupported(`tensor '${name}' has the type ${code}, which this version does not know`);
  const byteLength =
    tensorBytes(type, shape) ??
    cursor.invalid(`tensor '${name}' cannot have the shape [${shape.join(', ')}] in ${type.name}`);
  const offset = cursor.count(`the offset of tensor '${name}'`, Number.MAX_SAFE_INTEGER);
  if (offset % alignment !== 0) {
    cursor.invalid(`the offset ${offset} of tensor '${name}' is no multiple of ${alignment}`);
  }
  return { name, type, shape, offset, byteLength };
}

/** Makes offsets count from the start of the file, and checks that tensors are inside the file and do not overlap. */
function place(
  cursor: Cursor,
  tensors: readonly GgufTensor[],
  dataOffset: number,
  fileBytes: number,
): GgufTensor[] {
  let end = 0;
  let before = '';
  for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset)) {
    if (tensor.offset < end) {
      cursor.invalid(`tensors '${before}' and '${tensor.name}' overlap`);
    }
    end = tensor.offset + tensor.byteLength;
    before = tensor.name;
    if (dataOffset + end > fileBytes) {
      cursor.invalid(
        `it ends at byte ${fileBytes} and its tensor '${tensor.name}' at ${dataOffset + end}, so it was not copied whole or is one of several parts`,
      );
    }
  }
  return tensors.map((tensor) => ({ ...tensor, offset: dataOffset + tensor.offset }));
}
