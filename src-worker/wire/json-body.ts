/** Encodes and decodes frame bodies in JSON, with checks by schemas. */
import type { z } from 'zod';
import { errorReportSchema } from '../../src-shared/error-report.ts';
import { AppError } from '../../src-shared/errors.ts';

export function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/**
 * Decodes and checks a body.
 * @param what the name of the message in errors, e.g. "News of a pool"
 * @throws AppError `protocol-violation` when the body is not JSON or does not fit the schema
 */
export function decodeJson<T>(schema: z.ZodType<T>, body: Buffer, what: string): T {
  const parsed = schema.safeParse(parseJson(body, what));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new AppError(
      'protocol-violation',
      `${what} is not valid: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'unknown reason'}`,
      { cause: parsed.error },
    );
  }
  return parsed.data;
}

/** The error that a peer reports. @throws AppError as `decodeJson` */
export function decodeReport(body: Buffer): AppError {
  return AppError.fromReport(decodeJson(errorReportSchema, body, 'A refusal'));
}

/** Parses a body. @param what as in `decodeJson` @throws AppError `protocol-violation` when the body is not JSON */
export function parseJson(body: Buffer, what: string): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AppError('protocol-violation', `${what} is not JSON`, { cause });
  }
}
