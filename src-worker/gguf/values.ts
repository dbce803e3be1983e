/**
 * Metadata values in their encoded form. A value keeps its bytes, so that it can be copied to another file
 * without decoding; arrays of 150,000 token strings are decoded only on demand.
 */
import { valueTypes } from './format.ts';

export type MetadataValue = {
  /** One of `valueTypes`. */
  readonly type: number;
  /** The bytes after the type code: the number, the length and text, or element type, length and elements. */
  readonly bytes: Buffer;
};

export function uint32Value(value: number): MetadataValue {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return { type: valueTypes.uint32, bytes };
}

export function float32Value(value: number): MetadataValue {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return { type: valueTypes.float32, bytes };
}

export function boolValue(value: boolean): MetadataValue {
  return { type: valueTypes.bool, bytes: Buffer.from([value ? 1 : 0]) };
}

export function stringValue(value: string): MetadataValue {
  return { type: valueTypes.string, bytes: encodeString(value) };
}

export function stringArrayValue(values: readonly string[]): MetadataValue {
  const parts = values.map(encodeString);
  return arrayValue(valueTypes.string, values.length, Buffer.concat(parts));
}

export function int32ArrayValue(values: readonly number[]): MetadataValue {
  const elements = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => elements.writeInt32LE(value, index * 4));
  return arrayValue(valueTypes.int32, values.length, elements);
}

export function float32ArrayValue(values: readonly number[]): MetadataValue {
  const elements = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => elements.writeFloatLE(value, index * 4));
  return arrayValue(valueTypes.float32, values.length, elements);
}

function arrayValue(elementType: number, length: number, elements: Buffer): MetadataValue {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(elementType, 0);
  head.writeBigUInt64LE(BigInt(length), 4);
  return { type: valueTypes.array, bytes: Buffer.concat([head, elements]) };
}

/** A u64 length and the text in UTF-8, as keys, names and string values are stored. */
export function encodeString(text: string): Buffer {
  const content = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.byteLength));
  return Buffer.concat([length, content]);
}

/** The text of a string value, or undefined for any other value. Invalid UTF-8 becomes U+FFFD. */
export function stringOf(value: MetadataValue | undefined): string | undefined {
  return value?.type === valueTypes.string ? value.bytes.toString('utf8', 8) : undefined;
}

/** The value of a boolean, or undefined for any other value. */
export function boolOf(value: MetadataValue | undefined): boolean | undefined {
  return value?.type === valueTypes.bool ? value.bytes.readUInt8() === 1 : undefined;
}

/** The number of an integer or float value, or undefined for any other value and for inexact integers. */
export function numberOf(value: MetadataValue | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  switch (value.type) {
    case valueTypes.uint8:
      return value.bytes.readUInt8();
    case valueTypes.int8:
      return value.bytes.readInt8();
    case valueTypes.uint16:
      return value.bytes.readUInt16LE();
    case valueTypes.int16:
      return value.bytes.readInt16LE();
    case valueTypes.uint32:
      return value.bytes.readUInt32LE();
    case valueTypes.int32:
      return value.bytes.readInt32LE();
    case valueTypes.float32:
      return value.bytes.readFloatLE();
    case valueTypes.float64:
      return value.bytes.readDoubleLE();
    case valueTypes.uint64:
      return exact(value.bytes.readBigUInt64LE());
    case valueTypes.int64:
      return exact(value.bytes.readBigInt64LE());
    default:
      return undefined;
  }
}

function exact(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The number of elements of an array value, or undefined for any other value. */
export function arrayLengthOf(value: MetadataValue | undefined): number | undefined {
  return value?.type === valueTypes.array ? Number(value.bytes.readBigUInt64LE(4)) : undefined;
}

/** The elements of an array of strings, each as a view of its bytes; undefined for any other value. */
export function stringElementsOf(value: MetadataValue | undefined): Buffer[] | undefined {
  if (value?.type !== valueTypes.array || value.bytes.readUInt32LE(0) !== valueTypes.string) {
    return undefined;
  }
  const elements: Buffer[] = [];
  for (let at = 12; at < value.bytes.byteLength;) {
    const start = at + 8;
    at = start + Number(value.bytes.readBigUInt64LE(at));
    elements.push(value.bytes.subarray(start, at));
  }
  return elements;
}
