/** Grammars for the multiples of a number (`multipleOf`, zod's `step`). */
import { integersBetween, mostDigits, unbounded } from './integers.ts';
import type { GrammarRules } from './rules.ts';

/** Most multiples that are listed one by one where their number is bounded. */
const mostListed = 1000;
/** Largest divisor, without its powers of ten, whose remainders become rules, and most digits of such a number. */
const mostResidues = { divisor: 32, digits: 9 };

/**
 * An expression for the multiples of the whole number `step` from `least` to `most`, both included and possibly
 * infinite; undefined when the expression would be too large. Very large multiples may be left out.
 */
export function multiplesBetween(
  step: number,
  least: number,
  most: number,
  rules: GrammarRules,
): string | undefined {
  const [from, to] = [Math.ceil(least / step), Math.floor(most / step)];
  const zeros = /0*$/.exec(String(step))?.[0] ?? '';
  const divisor = step / 10 ** zeros.length;
  if (divisor === 1) {
    return roundNumbers(from, to, zeros);
  }
  if (to - from < mostListed) {
    const count = Math.max(0, to - from + 1);
    const values = Array.from({ length: count }, (_, index) => `"${(from + index) * step}"`);
    return values.join(' | ');
  }
  const isFreeAbove = to >= Math.floor(unbounded / step);
  const isFreeBelow = from <= -Math.floor(unbounded / step);
  if (divisor > mostResidues.divisor || !isFreeAbove || (from > 1 && !isFreeBelow)) {
    return undefined;
  }
  if (!isFreeBelow && from < 0) {
    return undefined;
  }
  const positives = `${naturalMultiples(divisor, rules)}${zeros === '' ? '' : ` "${zeros}"`}`;
  const sign = isFreeBelow ? '"-"? ' : '';
  return from <= 0 ? `"0" | ${sign}${positives}` : positives;
}

/** Whole numbers between `from` and `to`, with `zeros` appended to all but 0. */
function roundNumbers(from: number, to: number, zeros: string): string {
  const largest = 10 ** (mostDigits - zeros.length) - 1;
  const [least, most] = [Math.max(from, -largest), Math.min(to, largest)];
  const parts = [
    integersBetween(least, Math.min(most, -1)),
    integersBetween(Math.max(least, 1), most),
  ]
    .filter((part) => part !== undefined)
    .map((part) => (zeros === '' ? `(${part})` : `(${part}) "${zeros}"`));
  return [...(least <= 0 && most >= 0 ? ['"0"'] : []), ...parts].join(' | ');
}

/** Positive multiples: one rule for each pair of the remainder of the digits so far and the number of digits left. */
function naturalMultiples(divisor: number, rules: GrammarRules): string {
  const known = new Map<string, string | undefined>();
  const goOn = (remainder: number, left: number, smallest: number): string[] => {
    const byNext = new Map<number, string>();
    for (let digit = smallest; digit <= 9; digit += 1) {
      const next = (remainder * 10 + digit) % divisor;
      byNext.set(next, `${byNext.get(next) ?? ''}${digit}`);
    }
    return [...byNext].flatMap(([next, digits]) => {
      const following = rest(next, left - 1);
      return following === undefined ? [] : [`[${digits}] ${following}`];
    });
  };
  /** The rule for the digits left; undefined where none of them make a multiple. */
  const rest = (remainder: number, left: number): string | undefined => {
    const key = `${remainder} ${left}`;
    if (!known.has(key)) {
      const parts = left === 0 ? [] : goOn(remainder, left, 0);
      const all = remainder === 0 ? ['""', ...parts] : parts;
      known.set(key, all.length === 0 ? undefined : rules.add(all.join(' | ')));
    }
    return known.get(key);
  };
  return rules.add(goOn(0, mostResidues.digits, 1).join(' | '));
}

/**
 * The digits after the decimal point of the multiples of a fraction that divides 1, such as 0.25: `any` with zero,
 * `some` without. undefined for any other step.
 */
export function fractionsOf(step: number): { any: string; some: string } | undefined {
  const places = /^0\.(\d{1,10})$/.exec(String(step))?.[1]?.length ?? 0;
  const scale = 10 ** places;
  const scaled = Math.round(step * scale);
  if (places === 0 || scale % scaled !== 0) {
    return undefined;
  }
  if (scaled === 1) {
    return { any: `("." [0-9]{1,${places}})?`, some: `"." [0-9]{0,${places - 1}} [1-9]` };
  }
  const count = scale / scaled;
  if (count > mostListed) {
    return undefined;
  }
  const listed = Array.from({ length: count - 1 }, (_, index) => (index + 1) * scaled)
    .map((value) => String(value).padStart(places, '0').replace(/0+$/, ''))
    .map((digits) => `"${digits}"`)
    .join(' | ');
  return { any: `("." (${listed}))?`, some: `"." (${listed})` };
}
