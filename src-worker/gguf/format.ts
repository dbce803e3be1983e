/**
 * Constants of the GGUF format: value types, tensor types, and this app's limits for reading.
 * Source of the format: ggml's docs/gguf.md and gguf.cpp; of the block sizes: ggml-common.h and ggml.c of
 * llama.cpp v0.5.0, the release that the engine loads.
 */

export const magic = 'GGUF';
export const defaultAlignment = 32;

/** Codes of the types of metadata values. */
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

/** Bytes of a value of each fixed-size type by its code; strings and arrays have no fixed size. */
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

/** Tensor types by their code in a file. */
export const tensorTypesByCode: ReadonlyMap<number, TensorType> = new Map(
  tensorTypeTable.map((type) => [type.code, type]),
);

const tensorTypesByName: ReadonlyMap<string, TensorType> = new Map(
  tensorTypeTable.map((type) => [type.name, type]),
);

/** The tensor type called `name`, e.g. "Q8_0". @throws RangeError for an unknown name, which is a programming error */
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
  // A product of positive integers is exact while it is a safe integer, and once it is not, it stays so.
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/**
 * Limits of a file's header. Each is several times that of the largest published models, and small enough that
 * a file at the limit is read in seconds with a few hundred megabytes of memory.
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
