/** Makes GGUF files field by field, so that a test can make any field wrong. By default all fields are right. */
import { alignUp, tensorBytes, tensorTypesByCode } from '../../../src-worker/gguf/format.ts';
import { encodeString, type MetadataValue } from '../../../src-worker/gguf/values.ts';

export type CraftedTensor = {
  readonly name: string | Buffer;
  readonly shape: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number | bigint;
};

export type CraftedGguf = {
  readonly magic: string;
  readonly version: number;
  readonly tensorCount: number | bigint;
  readonly keyCount: number | bigint;
  readonly metadata: readonly (readonly [key: string | Buffer, value: MetadataValue])[];
  readonly tensors: readonly CraftedTensor[];
  /** Bytes after the header. */
  readonly dataBytes: number;
};

export function craftGguf(lies: Partial<CraftedGguf> = {}): Buffer {
  const metadata = lies.metadata ?? [];
  const tensors = lies.tensors ?? [];
  const parts = [
    Buffer.from(lies.magic ?? 'GGUF', 'latin1'),
    uint32(lies.version ?? 3),
    uint64(lies.tensorCount ?? tensors.length),
    uint64(lies.keyCount ?? metadata.length),
  ];
  for (const [key, value] of metadata) {
    parts.push(nameBytes(key), uint32(value.type), value.bytes);
  }
  for (const tensor of tensors) {
    parts.push(nameBytes(tensor.name), uint32(tensor.shape.length), ...tensor.shape.map(uint64));
    parts.push(uint32(tensor.type), uint64(tensor.offset));
  }
  const header = Buffer.concat(parts);
  const padding = alignUp(header.byteLength, 32) - header.byteLength;
  return Buffer.concat([header, Buffer.alloc(padding + (lies.dataBytes ?? dataOf(tensors)))]);
}

/** A value with any type word and any bytes. */
export function craftedValue(
  type: number,
  ...fields: readonly (Buffer | number | bigint)[]
): MetadataValue {
  const bytes = Buffer.concat(
    fields.map((field) => {
      if (typeof field === 'bigint') {
        return uint64(field);
      }
      return typeof field === 'number' ? uint32(field) : field;
    }),
  );
  return { type, bytes };
}

/** The bytes of a name with its length before them; a Buffer may be any bytes. */
function nameBytes(name: string | Buffer): Buffer {
  return typeof name === 'string'
    ? encodeString(name)
    : Buffer.concat([uint64(name.byteLength), name]);
}

function dataOf(tensors: readonly CraftedTensor[]): number {
  return Math.max(
    0,
    ...tensors.map(({ shape, type, offset }) => {
      const known = tensorTypesByCode.get(type);
      const bytes = known === undefined ? 0 : tensorBytes(known, shape.map(Number));
      return Number(offset) + (bytes ?? 0);
    }),
  );
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
