/**
 * The GGUF container's numbers: value types, tensor types and the limits this app sets on what it reads.
 * Source of the format: ggml's docs/gguf.md and gguf.cpp; of the block sizes: ggml-common.h and ggml.c of
 * llama.cpp v0.5.0, the release that the engine loads.
 */

export const magic = 'GGUF';
export const defaultAlignment = 32;

/** Type words of metadata values. */
export const valueTypes = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const;

/** Bytes of a value of each fixed-size type, by type word; strings and arrays have none. */
export const valueBytes: ReadonlyMap<number, number> = new Map([
  [valueTypes.uint8, 1],
  [valueTypes.int8, 1],
  [valueTypes.uint16, 2],
  [valueTypes.int16, 2],
  [valueTypes.uint32, 4],
  [valueTypes.int32, 4],
  [valueTypes.float32, 4],
  [valueTypes.bool, 1],
  [valueTypes.uint64, 8],
  [valueTypes.int64, 8],
  [valueTypes.float64, 8],
]);

/** A way of storing numbers: `blockValues` values take `blockBytes` bytes. */
export type TensorType = {
  readonly name: string;
  readonly code: number;
  readonly blockValues: number;
  readonly blockBytes: number;
};

const tensorTypeTable: readonly TensorType[] = (
  [
    ['F32', 0, 1, 4],
    ['F16', 1, 1, 2],
    ['Q4_0', 2, 32, 18],
    ['Q4_1', 3, 32, 20],
    ['Q5_0', 6, 32, 22],
    ['Q5_1', 7, 32, 24],
    ['Q8_0', 8, 32, 34],
    ['Q8_1', 9, 32, 36],
    ['Q2_K', 10, 256, 84],
    ['Q3_K', 11, 256, 110],
    ['Q4_K', 12, 256, 144],
    ['Q5_K', 13, 256, 176],
    ['Q6_K', 14, 256, 210],
    ['Q8_K', 15, 256, 292],
    ['IQ2_XXS', 16, 256, 66],
    ['IQ2_XS', 17, 256, 74],
    ['IQ3_XXS', 18, 256, 98],
    ['IQ1_S', 19, 256, 50],
    ['IQ4_NL', 20, 32, 18],
    ['IQ3_S', 21, 256, 110],
    ['IQ2_S', 22, 256, 82],
    ['IQ4_XS', 23, 256, 136],
    ['I8', 24, 1, 1],
    ['I16', 25, 1, 2],
    ['I32', 26, 1, 4],
    ['I64', 27, 1, 8],
    ['F64', 28, 1, 8],
    ['IQ1_M', 29, 256, 56],
    ['BF16', 30, 1, 2],
    ['TQ1_0', 34, 256, 54],
    ['TQ2_0', 35, 256, 66],
    ['MXFP4', 39, 32, 17],
    ['NVFP4', 40, 64, 36],
    ['Q1_0', 41, 128, 18],
    ['Q2_0', 42, 64, 18],
  ] as const
).map(([name, code, blockValues, blockBytes]) => ({ name, code, blockValues, blockBytes }));

/** Tensor types by the word that names them in a file. */
export const tensorTypesByCode: ReadonlyMap<number, TensorType> = new Map(
  tensorTypeTable.map((type) => [type.code, type]),
);

const tensorTypesByName: ReadonlyMap<string, TensorType> = new Map(
  tensorTypeTable.map((type) => [type.name, type]),
);

/** The tensor type called `name`, e.g. "Q8_0". Throws on a name that is in no table: a programming error. */
export function tensorType(name: string): TensorType {
  const type = tensorTypesByName.get(name);
  if (type === undefined) {
    throw new RangeError(`No tensor type is called ${name}`);
  }
  return type;
}

/**
 * Bytes that a tensor's data takes, without padding. `shape` has the row's length first, as in the file.
 * @returns undefined when a row is not whole blocks or the size is not a safe integer.
 */
export function tensorBytes(type: TensorType, shape: readonly number[]): number | undefined {
  const rowValues = shape[0] ?? 1;
  if (rowValues % type.blockValues !== 0) {
    return undefined;
  }
  let bytes = (rowValues / type.blockValues) * type.blockBytes;
  for (const length of shape.slice(1)) {
    bytes *= length;
  }
  // A product of positive integers is exact as long as it is safe, and never becomes safe again after.
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/**
 * What a file may claim. Each is several times what the largest published models have, and small enough that
 * a file at the limit is read in seconds and within a few hundred megabytes.
 */
export const limits = {
  metadataKeys: 16_384,
  tensors: 65_536,
  keyBytes: 1024,
  stringBytes: 16 * 1024 * 1024,
  arrayElements: 4 * 1024 * 1024,
  /** Everything before the tensors' data. */
  headerBytes: 64 * 1024 * 1024,
  dimensions: 4,
  /** llama.cpp keeps 64 bytes for a name, the last of them zero. */
  tensorNameBytes: 63,
  alignment: 65_536,
} as const;
