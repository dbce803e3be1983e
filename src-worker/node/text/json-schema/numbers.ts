/** Grammars for numbers within whole bounds. */
import { formats } from './formats.ts';
import { integersBetween } from './integers.ts';
import { invalid, type Keywords } from './keywords.ts';
import { fractionsOf, multiplesBetween } from './multiples.ts';
import type { GrammarRules } from './rules.ts';

const fraction = '("." [0-9]{1,16})?';
const zeroFraction = '("." "0"{1,16})?';

/** The digits after the decimal point: `any` with zero, `some` without. */
type Fractions = { readonly any: string; readonly some: string };
const allFractions: Fractions = { any: fraction, some: '"." "0"{0,15} [1-9] [0-9]{0,15}' };

/** Bounds that OpenAPI's formats set. */
const integerFormats: ReadonlyMap<string, readonly [least: number, most: number]> = new Map([
  ['int8', [-128, 127]],
  ['int16', [-32_768, 32_767]],
  ['int32', [-(2 ** 31), 2 ** 31 - 1]],
  ['int64', [-Infinity, Infinity]],
  ['uint8', [0, 255]],
  ['uint16', [0, 65_535]],
  ['uint32', [0, 2 ** 32 - 1]],
  ['uint64', [0, Infinity]],
]);
/** Formats of all numbers that the grammar allows. */
const numberFormats = new Set(['float', 'double', 'decimal']);

/** Two digits of exponent: no number overflows a double. */
export const anyNumber = `"-"? ("0" | [1-9] [0-9]{0,14}) ${fraction} ([eE] [-+]? [0-9]{1,2})?`;

type Bounds = {
  readonly least: number;
  readonly most: number;
  /** True where the bound itself is not allowed. */
  readonly isLeastOpen: boolean;
  readonly isMostOpen: boolean;
};

/**
 * An expression for the numbers that the keywords allow.
 * @throws AppError `request-invalid` for a bound, step or format that is not supported, or that no number has
 */
export function numberBody(
  keywords: Keywords,
  path: string,
  isWhole: boolean,
  rules: GrammarRules,
): string {
  const { format } = keywords;
  const ofFormat = format === undefined ? undefined : formatBounds(format, path);
  if (ofFormat !== undefined && !isWhole) {
    return numberBody(keywords, path, true, rules);
  }
  const bounds = boundsOf(keywords, path, isWhole, ofFormat);
  const { least, most, isLeastOpen, isMostOpen } = bounds;
  const [from, to] = [isLeastOpen ? least + 1 : least, isMostOpen ? most - 1 : most];
  const { multipleOf: step } = keywords;
  let body: string | undefined;
  if (step !== undefined && Number.isInteger(step)) {
    body = multiplesBetween(step, from, to, rules);
    if (body === undefined) {
      throw invalid(path, `"multipleOf" ${step} within these bounds is not supported`);
    }
  } else if (isWhole) {
    if (step !== undefined && fractionsOf(step) === undefined) {
      throw invalid(path, `"multipleOf" ${step} of whole numbers is not supported`);
    }
    body = integersBetween(from, to);
  } else if (step !== undefined) {
    const fractions = fractionsOf(step);
    if (fractions === undefined) {
      throw invalid(path, `"multipleOf" ${step} is not supported`);
    }
    body = realsBetween(bounds, fractions);
  } else {
    body = isUnbounded(keywords) ? anyNumber : realsBetween(bounds, allFractions);
  }
  if (body === undefined || body === '') {
    throw invalid(path, 'no number is within these bounds');
  }
  return body;
}

const boundNames = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;

function isUnbounded(keywords: Keywords): boolean {
  return boundNames.every((keyword) => keywords[keyword] === undefined);
}

/**
 * The bounds of a format of whole numbers; undefined for a format of all numbers or of strings.
 * @throws AppError `request-invalid` for an unknown format
 */
function formatBounds(format: string, path: string): readonly [number, number] | undefined {
  if (!integerFormats.has(format) && !numberFormats.has(format) && !formats.has(format)) {
    const known = [...integerFormats.keys(), ...numberFormats].join(', ');
    const name = JSON.stringify(format.slice(0, 50));
    throw invalid(path, `the format ${name} is not supported (${known} are)`);
  }
  return integerFormats.get(format);
}

/** The grammar allows no larger numbers, so a larger bound counts as none. */
const beyond = 1e15;

function boundsOf(
  keywords: Keywords,
  path: string,
  isWhole: boolean,
  ofFormat: readonly [number, number] = [-Infinity, Infinity],
): Bounds {
  const boundOf = (keyword: (typeof boundNames)[number], none: number): number => {
    const value = keywords[keyword] ?? none;
    if (Math.abs(value) >= beyond) {
      return Math.sign(value) * Infinity;
    }
    if (!Number.isInteger(value) && !isWhole) {
      throw invalid(path, `"${keyword}" must be a whole number`);
    }
    return value;
  };
  const minimum = boundOf('minimum', -Infinity);
  const maximum = boundOf('maximum', Infinity);
  const above = boundOf('exclusiveMinimum', -Infinity);
  const below = boundOf('exclusiveMaximum', Infinity);
  const bounds = {
    least: Math.max(minimum, above),
    most: Math.min(maximum, below),
    isLeastOpen: above >= minimum && above !== -Infinity,
    isMostOpen: below <= maximum && below !== Infinity,
  };
  return isWhole ? wholeBounds(bounds, ofFormat) : bounds;
}

/** Rounds bounds to the first and last whole number inside, so that neither is open, and applies the format's bounds. */
function wholeBounds(bounds: Bounds, [formatLeast, formatMost]: readonly [number, number]): Bounds {
  const { least, most, isLeastOpen, isMostOpen } = bounds;
  const first = Number.isInteger(least) && isLeastOpen ? least + 1 : Math.ceil(least);
  const last = Number.isInteger(most) && isMostOpen ? most - 1 : Math.floor(most);
  return {
    least: Math.max(first, formatLeast),
    most: Math.min(last, formatMost),
    isLeastOpen: false,
    isMostOpen: false,
  };
}

/** Negative numbers are the positive ones within the mirrored bounds, after a minus sign. */
function realsBetween(
  { least, most, isLeastOpen, isMostOpen }: Bounds,
  fractions: Fractions,
): string {
  const parts: string[] = [];
  if (least < 0) {
    const mirrored = positivesBetween(
      most < 0
        ? { least: -most, most: -least, isLeastOpen: isMostOpen, isMostOpen: isLeastOpen }
        : { least: 0, most: -least, isLeastOpen: true, isMostOpen: isLeastOpen },
      fractions,
    );
    parts.push(...mirrored.map((part) => `"-" (${part})`));
  }
  if (most >= 0) {
    parts.push(
      ...positivesBetween(
        least < 0
          ? { least: 0, most, isLeastOpen: false, isMostOpen }
          : { least, most, isLeastOpen, isMostOpen },
        fractions,
      ),
    );
  }
  return parts.join(' | ');
}

/** Numbers ≥ 0 by their whole part: the lower bound's, those between, and the upper bound itself. */
function positivesBetween(
  { least, most, isLeastOpen, isMostOpen }: Bounds,
  fractions: Fractions,
): string[] {
  const parts: string[] = [];
  if (least === most) {
    return isLeastOpen || isMostOpen ? [] : [`"${least}" ${zeroFraction}`];
  }
  if (least > most) {
    return [];
  }
  if (isLeastOpen) {
    parts.push(`"${least}" ${fractions.some}`);
  }
  const whole = integersBetween(isLeastOpen ? least + 1 : least, most - 1);
  if (whole !== undefined) {
    parts.push(`(${whole}) ${fractions.any}`);
  }
  if (!isMostOpen && most !== Infinity) {
    parts.push(`"${most}" ${zeroFraction}`);
  }
  return parts;
}
