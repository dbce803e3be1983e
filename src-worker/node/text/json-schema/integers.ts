/** Grammars for whole numbers within bounds, digit by digit. */

/** Digits of the largest number where no upper bound is given; whole numbers stay exact in a double. */
export const mostDigits = 15;

export const unbounded = 10 ** mostDigits - 1;

/**
 * An expression for the decimal form of every whole number from `least` to `most`, both included and possibly
 * infinite; undefined when there is none. Bounds are safe integers.
 */
export function integersBetween(least: number, most: number): string | undefined {
  const from = Math.max(least, -unbounded);
  const to = Math.min(most, unbounded);
  if (from > to) {
    return undefined;
  }
  const parts: string[] = [];
  if (from < 0) {
    parts.push(`"-" (${naturalsBetween(Math.max(1, -to), -from)})`);
  }
  if (to >= 0) {
    parts.push(naturalsBetween(Math.max(0, from), to));
  }
  return parts.join(' | ');
}

/** As `integersBetween`, for 0 ≤ least ≤ most: one alternative for each number of digits. */
function naturalsBetween(least: number, most: number): string {
  const [from, to] = [String(least), String(most)];
  const parts: string[] = [];
  for (let digits = from.length; digits <= to.length; digits += 1) {
    const smallest = digits === from.length ? from : `1${'0'.repeat(digits - 1)}`;
    const largest = digits === to.length ? to : '9'.repeat(digits);
    parts.push(sameLengthBetween(smallest, largest));
  }
  return parts.join(' | ');
}

/** Digit strings of one length from `smallest` to `largest`. */
function sameLengthBetween(smallest: string, largest: string): string {
  const rest = smallest.length - 1;
  const [first, last] = [Number(smallest[0]), Number(largest[0])];
  if (rest === 0) {
    return digit(first, last);
  }
  const [zeros, nines] = ['0'.repeat(rest), '9'.repeat(rest)];
  const [fromRest, toRest] = [smallest.slice(1), largest.slice(1)];
  if (first === last) {
    return `${digit(first, last)} (${sameLengthBetween(fromRest, toRest)})`;
  }
  const parts: string[] = [];
  const wholeFrom = fromRest === zeros ? first : first + 1;
  const wholeTo = toRest === nines ? last : last - 1;
  if (wholeFrom > first) {
    parts.push(`${digit(first, first)} (${sameLengthBetween(fromRest, nines)})`);
  }
  if (wholeFrom <= wholeTo) {
    parts.push(`${digit(wholeFrom, wholeTo)} [0-9]{${rest}}`);
  }
  if (wholeTo < last) {
    parts.push(`${digit(last, last)} (${sameLengthBetween(zeros, toRest)})`);
  }
  return parts.join(' | ');
}

function digit(from: number, to: number): string {
  return from === to ? `"${from}"` : `[${from}-${to}]`;
}
