/** Making and handling readings: a value, or the reason why there is none. Missing is never zero. */
import type { Reading } from '../../src-shared/duty.ts';
import { AppError } from '../../src-shared/errors.ts';

export type Unknown = { readonly isKnown: false; readonly reason: string };

/** Reasons are shown to people; what a tool printed into one must not fill the window. */
const longestReason = 200;

export function known<T>(value: T): { readonly isKnown: true; readonly value: T } {
  return { isKnown: true, value };
}

/** `because` is a clause without a full stop: "nvidia-smi is not installed". */
export function unknown(reason: string): Unknown {
  return {
    isKnown: false,
    reason: reason.length > longestReason ? `${reason.slice(0, longestReason - 1)}…` : reason,
  };
}

export function mapReading<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.isKnown ? known(change(reading.value)) : reading;
}

/** A reading inside a reading; what is unknown about the whole is unknown about the part. */
export function partOf<T, U>(reading: Reading<T>, part: (value: T) => Reading<U>): Reading<U> {
  return reading.isKnown ? part(reading.value) : reading;
}

/** Any thrown value as the reason of an unknown reading about `what`. */
export function unknownAfter(what: string, thrown: unknown): Unknown {
  if (thrown instanceof AppError) {
    return unknown(thrown.message.replace(/\.$/, ''));
  }
  return unknown(
    `${what} cannot be read (${thrown instanceof Error ? thrown.message : 'failure'})`,
  );
}

/**
 * A number as tools print it, also with a decimal comma as some do in other languages, also with a unit.
 * @returns undefined when it is none: "[N/A]", "-", "".
 */
export function parseNumber(text: string): number | undefined {
  const match = /^([+-]?\d+(?:[.,]\d+)?)(?:\s*[%A-Za-z°]{0,4})?$/.exec(text.trim());
  return match?.[1] === undefined ? undefined : Number(match[1].replace(',', '.'));
}
