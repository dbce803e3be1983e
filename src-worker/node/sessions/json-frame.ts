/** JSON bodies of the stage protocol's messages, checked on the way in. */
import type { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';

const encoder = new TextEncoder();

export function encodeMessage(message: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}

/** @throws AppError `protocol-violation` when the body is not JSON or does not fit the schema. */
export function parseMessage<T>(schema: z.ZodType<T>, body: Buffer): T {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new AppError(
      'protocol-violation',
      `A message does not fit its schema: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'unknown reason'}`,
    );
  }
  return parsed.data;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AppError('protocol-violation', 'A message is not JSON', { cause });
  }
}
