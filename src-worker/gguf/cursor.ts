/**
 * Reads the start of a file within three limits: the bytes read so far, the size of the file, and the longest
 * header that this app reads. No memory is allocated for a length from the file; results are views of the given bytes.
 */
import { isUtf8 } from 'node:buffer';
import { AppError } from '../../src-shared/errors.ts';
import { limits } from './format.ts';

/** More bytes of the file are needed: the caller must read `needed` bytes and start again. */
export class MoreBytesNeeded extends Error {
  readonly needed: number;

  constructor(needed: number) {
    super(`${needed} bytes are needed`);
    this.needed = needed;
  }
}

export class Cursor {
  /** The file's name for messages. */
  readonly #name: string;
  readonly #bytes: Buffer;
  readonly #fileBytes: number;
  #position = 0;

  /** @param bytes the first bytes of a file of `fileBytes` bytes */
  constructor(name: string, bytes: Buffer, fileBytes: number) {
    this.#name = name;
    this.#bytes = bytes;
    this.#fileBytes = fileBytes;
  }

  get position(): number {
    return this.#position;
  }

  uint32(what: string): number {
    return this.#bytes.readUInt32LE(this.#advance(4, what));
  }

  /** Reads a count or length of at most `most`. */
  count(what: string, most: number): number {
    const value = this.#bytes.readBigUInt64LE(this.#advance(8, what));
    if (value > BigInt(most)) {
      this.invalid(`${what} is ${value}, and at most ${most} can be`);
    }
    return Number(value);
  }

  /** The next `length` bytes, as a view. */
  take(length: number, what: string): Buffer {
    const start = this.#advance(length, what);
    return this.#bytes.subarray(start, start + length);
  }

  /** The bytes from `start` to the current position, as a view. */
  since(start: number): Buffer {
    return this.#bytes.subarray(start, this.#position);
  }

  /** Reads a key or a tensor's name: 1 to `most` bytes of UTF-8, printable because messages contain it. */
  name(what: string, most: number): string {
    const length = this.count(`the length of ${what}`, most);
    const bytes = this.take(length, what);
    const text = bytes.toString('utf8');
    if (length === 0 || !isUtf8(bytes) || /[\p{Cc}\p{Cf}]/u.test(text)) {
      this.invalid(`${what} is empty or no printable UTF-8 text`);
    }
    return text;
  }

  /** Skips a string of at most `limits.stringBytes`. */
  skipString(what: string): void {
    this.#advance(this.count(`the length of ${what}`, limits.stringBytes), what);
  }

  invalid(what: string): never {
    throw new AppError(
      'gguf-invalid',
      `${this.#name} is not a sound GGUF file: ${what} (at byte ${this.#position}). Download or convert it again.`,
    );
  }

  unsupported(what: string): never {
    throw new AppError('gguf-unsupported', `${this.#name} cannot be used: ${what}.`);
  }

  /** Skips `length` bytes and returns where they start. */
  #advance(length: number, what: string): number {
    const start = this.#position;
    const end = start + length;
    if (end > this.#fileBytes) {
      this.invalid(`it ends after ${this.#fileBytes} bytes, inside ${what}`);
    }
    if (end > limits.headerBytes) {
      this.invalid(`its header does not end within ${limits.headerBytes} bytes`);
    }
    if (end > this.#bytes.byteLength) {
      throw new MoreBytesNeeded(end);
    }
    this.#position = end;
    return start;
  }
}
