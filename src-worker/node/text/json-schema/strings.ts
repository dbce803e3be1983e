/** Grammars for strings: lengths in characters, and the formats that people use. */
import { invalid, type Keywords } from './keywords.ts';
import type { GrammarRules } from './rules.ts';

/**
 * One character of a JSON string. No surrogates by escape: each escape is one character, so that lengths are
 * exact; characters beyond the basic plane come as themselves.
 */
export const stringCharacter =
  '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" (["\\\\/bfnrt] | "u" ([0-9a-cA-CefEF] [0-9a-fA-F]{3} | [dD] [0-7] [0-9a-fA-F]{2}))';

const month31 = '("0" [13578] | "1" [02])';
const month30 = '("0" [469] | "11")';
const day28 = '("0" [1-9] | "1" [0-9] | "2" [0-8])';
const leapYear =
  '([0-9] [0-9] ("0" [48] | [2468] [048] | [13579] [26]) | ("0" [48] | [2468] [048] | [13579] [26]) "00")';
const date =
  `([0-9]{4} "-" (${month31} "-" (${day28} | "29" | "3" [01]) | ${month30} "-" (${day28} | "29" | "30")` +
  ` | "02-" ${day28}) | ${leapYear} "-02-29")`;
const hour = '([01] [0-9] | "2" [0-3])';
const time = `${hour} ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,6})? ("Z" | [+-] ${hour} ":" [0-5] [0-9])`;
const label = '[a-zA-Z0-9]{1,30} ("-" [a-zA-Z0-9]{1,30})?';
const hostname = `${label} ("." ${label}){0,6}`;
const byte = '("25" [0-5] | "2" [0-4] [0-9] | "1" [0-9] [0-9] | [1-9] [0-9] | [0-9])';
const hexadecimal = '[0-9a-fA-F]';
const minutes = '[0-9]{1,4} "M" ([0-9]{1,4} "S")?';
const clockDuration = `"T" ([0-9]{1,4} "H" (${minutes} | [0-9]{1,4} "S")? | ${minutes} | [0-9]{1,4} "S")`;
const path = "[a-zA-Z0-9._~!$&'()*+,;=:@/-]";

/** What is between the quotes. Each allows only valid values; some not every valid one (IPv6 is written out). */
const formats: ReadonlyMap<string, string> = new Map([
  ['date', date],
  ['time', time],
  ['date-time', `${date} "T" ${time}`],
  ['duration', `"P" ([0-9]{1,4} "W" | [0-9]{1,4} "D" (${clockDuration})? | ${clockDuration})`],
  ['email', `[a-zA-Z0-9_+-]{1,30} ("." [a-zA-Z0-9_+-]{1,30})? "@" ${label} ("." ${label}){1,5}`],
  ['hostname', hostname],
  ['ipv4', `${byte} ("." ${byte}){3}`],
  ['ipv6', `${hexadecimal}{1,4} (":" ${hexadecimal}{1,4}){7}`],
  [
    'uuid',
    `${hexadecimal}{8} "-" ${hexadecimal}{4} "-" ${hexadecimal}{4} "-" ${hexadecimal}{4} "-" ${hexadecimal}{12}`,
  ],
  ['uri', `"http" "s"? "://" ${hostname} (":" [0-9]{1,4})? ("/" ${path}*)? ("?" ${path}*)?`],
]);

/** @throws AppError `request-invalid` for an unknown format, one with a length, or lengths that exclude each other */
export function stringBody(
  keywords: Keywords,
  at: string,
  rules: GrammarRules,
  character: string,
): string {
  const { format, minLength = 0, maxLength = Infinity } = keywords;
  if (format !== undefined) {
    const body = formats.get(format);
    if (body === undefined) {
      const known = [...formats.keys()].join(', ');
      throw invalid(at, `the format "${format.slice(0, 50)}" is not supported (${known} are)`);
    }
    if (minLength > 0 || maxLength !== Infinity) {
      throw invalid(at, 'a length beside "format" is not supported');
    }
    return `"\\"" ${body} "\\""`;
  }
  if (minLength > maxLength) {
    throw invalid(at, '"minLength" is more than "maxLength"');
  }
  return `"\\"" ${rules.repeat(character, minLength, maxLength)} "\\""`;
}
