/** Grammars for numbers within whole bounds. */
import { integersBetween } from './integers.ts';
import { invalid, type Keywords } from './keywords.ts';

const fraction = '("." [0-9]{1,16})?';
const zeroFraction = '("." "0"{1,16})?';
/** A fraction that is not zero. */
const someFraction = '"." "0"{0,15} [1-9] [0-9]{0,15}';

/** Two digits of exponent: no number overflows a double. */
export const anyNumber = `"-"? ("0" | [1-9] [0-9]{0,14}) ${fraction} ([eE] [-+]? [0-9]{1,2})?`;

type Bounds = {
  readonly least: number;
  readonly most: number;
  /** The bound itself is not allowed. */
  readonly isLeastOpen: boolean;
  readonly isMostOpen: boolean;
};

/** @throws AppError `request-invalid` when a bound is no safe integer or no number fits */
export function numberBody(keywords: Keywords, path: string, isWhole: boolean): string {
  const bounds = boundsOf(keywords, path);
  const { least, most, isLeastOpen, isMostOpen } = bounds;
  if (!isWhole && least === -Infinity && most === Infinity) {
    return anyNumber;
  }
  const body = isWhole
    ? integersBetween(isLeastOpen ? least + 1 : least, isMostOpen ? most - 1 : most)
    : realsBetween(bounds);
  if (body === undefined || body === '') {
    throw invalid(path, 'no number is within these bounds');
  }
  return body;
}

function boundsOf(keywords: Keywords, path: string): Bounds {
  for (const keyword of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const) {
    const value = keywords[keyword];
    if (value !== undefined && !Number.isSafeInteger(value)) {
      throw invalid(path, `"${keyword}" must be a whole number of at most 15 digits`);
    }
  }
  const { minimum = -Infinity, maximum = Infinity } = keywords;
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = keywords;
  return {
    least: Math.max(minimum, exclusiveMinimum),
    most: Math.min(maximum, exclusiveMaximum),
    isLeastOpen: exclusiveMinimum >= minimum && exclusiveMinimum !== -Infinity,
    isMostOpen: exclusiveMaximum <= maximum && exclusiveMaximum !== Infinity,
  };
}

/** Negative numbers are the positive ones of the mirrored bounds behind a minus sign. */
function realsBetween({ least, most, isLeastOpen, isMostOpen }: Bounds): string {
  const parts: string[] = [];
  if (least < 0) {
    const mirrored = positivesBetween(
      most < 0
        ? { least: -most, most: -least, isLeastOpen: isMostOpen, isMostOpen: isLeastOpen }
        : { least: 0, most: -least, isLeastOpen: true, isMostOpen: isLeastOpen },
    );
    parts.push(...mirrored.map((part) => `"-" (${part})`));
  }
  if (most >= 0) {
    parts.push(
      ...positivesBetween(
        least < 0
          ? { least: 0, most, isLeastOpen: false, isMostOpen }
          : { least, most, isLeastOpen, isMostOpen },
      ),
    );
  }
  return parts.join(' | ');
}

/** Numbers ≥ 0 by their whole part: the lower bound's, those between, and the upper bound itself. */
function positivesBetween({ least, most, isLeastOpen, isMostOpen }: Bounds): string[] {
  const parts: string[] = [];
  if (least === most) {
    return isLeastOpen || isMostOpen ? [] : [`"${least}" ${zeroFraction}`];
  }
  if (least > most) {
    return [];
  }
  if (isLeastOpen) {
    parts.push(`"${least}" ${someFraction}`);
  }
  const whole = integersBetween(isLeastOpen ? least + 1 : least, most - 1);
  if (whole !== undefined) {
    parts.push(`(${whole}) ${fraction}`);
  }
  if (!isMostOpen && most !== Infinity) {
    parts.push(`"${most}" ${zeroFraction}`);
  }
  return parts;
}
