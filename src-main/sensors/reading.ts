/**
 * Makes and changes readings. A reading is a value, or the reason why there is none. A missing value is never zero.
 */
import type { Reading } from '../../src-shared/duty.ts';
import { AppError, missingCase } from '../../src-shared/errors.ts';
import type {
  MissingReason,
  ReadingSource,
  SingleReason,
} from '../../src-shared/missing-reason.ts';
import { MissingToolError } from '../base/run-command.ts';
import { printable } from '../../src-shared/printable.ts';

export type Unknown = { readonly isKnown: false; readonly reason: MissingReason };

/** Reasons are shown to people, so the text of a tool in one must not fill the window. In UTF-16 units. */
const longestText = 200;

export function known<T>(value: T): { readonly isKnown: true; readonly value: T } {
  return { isKnown: true, value };
}

export function unknown(reason: MissingReason): Unknown {
  return {
    isKnown: false,
    reason:
      reason.code === 'both'
        ? { code: 'both', first: bounded(reason.first), second: bounded(reason.second) }
        : bounded(reason),
  };
}

function bounded(reason: SingleReason): SingleReason {
  switch (reason.code) {
    case 'unreadable':
    case 'no-loads':
      return { ...reason, detail: printable(reason.detail, longestText) };
    case 'strange-line':
      return { ...reason, line: printable(reason.line, longestText) };
    case 'strange-value':
      return { ...reason, text: printable(reason.text, longestText) };
    case 'failed':
      return { ...reason, message: printable(reason.message, longestText) };
    case 'not-installed':
      return { ...reason, tool: printable(reason.tool, longestText) };
    case 'not-read-yet':
    case 'read-anew':
    case 'outdated':
    case 'no-answer':
    case 'not-answered-yet':
    case 'asked-anew':
    case 'silent':
    case 'other-system':
    case 'untold':
      return reason;
    default:
      return missingCase(reason);
  }
}

export function mapReading<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.isKnown ? known(change(reading.value)) : reading;
}

/** A reading inside another one; where the whole is unknown, so is the part. */
export function partOf<T, U>(reading: Reading<T>, part: (value: T) => Reading<U>): Reading<U> {
  return reading.isKnown ? part(reading.value) : reading;
}

/** Turns what was thrown into the reason why `source` has no reading. */
export function unknownAfter(source: ReadingSource, thrown: unknown): Unknown {
  if (thrown instanceof MissingToolError) {
    return unknown({ code: 'not-installed', tool: thrown.tool });
  }
  if (thrown instanceof AppError) {
    return unknown({ code: 'failed', message: thrown.message.replace(/\.$/, '') });
  }
  const detail = thrown instanceof Error ? thrown.message : 'failure';
  return unknown({ code: 'unreadable', source, detail });
}

/**
 * Parses a number as tools print it, also with a decimal comma as in some languages, and with a unit.
 * @returns undefined when it is no number: "[N/A]", "-", "".
 */
export function parseNumber(text: string): number | undefined {
  const match = /^([+-]?\d+(?:[.,]\d+)?)(?:\s*[%A-Za-z°]{0,4})?$/.exec(text.trim());
  return match?.[1] === undefined ? undefined : Number(match[1].replace(',', '.'));
}
