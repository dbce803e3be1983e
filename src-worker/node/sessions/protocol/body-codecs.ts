/** How the bodies of stage messages are read: most bytes of a body, and how it is decoded. */
import type { z } from 'zod';
import { AppError } from '../../../../src-shared/errors.ts';
import { decodeJson } from '../../../wire/json-body.ts';

export type BodyCodec<T> = {
  /** Most bytes, for a model with hidden states of this width. */
  readonly bytes: (width: number) => number;
  /** @throws AppError `protocol-violation` */
  readonly decode: (body: Buffer) => T;
};

/** JSON by a schema, which leaves out members that it does not name. `what` names the message in errors: "A ticket". */
export function json<T>(bytes: number, schema: z.ZodType<T>, what: string): BodyCodec<T> {
  return { bytes: () => bytes, decode: (body) => decodeJson(schema, body, what) };
}

/** Bytes that the handler decodes itself, as it does for segments, whose length depends on the shard. */
export function raw(bytes: number | ((width: number) => number)): BodyCodec<Buffer> {
  return { bytes: typeof bytes === 'number' ? () => bytes : bytes, decode: (body) => body };
}

/** `count` u32 numbers, little endian. `what` names the message in errors. */
export function integers(count: number, what: string): BodyCodec<readonly number[]> {
  return {
    bytes: () => count * 4,
    decode: (body) => {
      if (body.byteLength !== count * 4) {
        throw new AppError('protocol-violation', `${what} came in ${body.byteLength} bytes`);
      }
      return Array.from({ length: count }, (_, index) => body.readUInt32LE(index * 4));
    },
  };
}

export function encodeIntegers(...values: readonly number[]): Uint8Array {
  const body = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => body.writeUInt32LE(value, index * 4));
  return body;
}

/** At most `most` tokens, as int32. `what` names the message in errors. */
export function tokens(most: number, what: string): BodyCodec<readonly number[]> {
  return {
    bytes: () => most * 4,
    decode: (body) => {
      const decoded = Array.from({ length: Math.floor(body.byteLength / 4) }, (_, index) =>
        body.readInt32LE(index * 4),
      );
      if (body.byteLength % 4 !== 0 || decoded.some((token) => token < 0)) {
        throw new AppError('protocol-violation', `${what} consists of something else than tokens`);
      }
      return decoded;
    },
  };
}

export function encodeTokens(values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

/** No body: the kind says it all. */
export const nothing: BodyCodec<undefined> = { bytes: () => 0, decode: () => undefined };
