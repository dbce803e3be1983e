/** Signed documents inside texts such as JSON and links: base64url of their bytes, in exactly one form. */
import { AppError } from '../errors.ts';

export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** @throws AppError `protocol-violation` for text that is not exactly how these bytes are written */
export function fromText(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) {
    throw new AppError('protocol-violation', 'A text is not base64url');
  }
  return bytes;
}
