/** Makes text from outside fit to be shown. */

/** A name or a sentence from outside, fit for a menu or a message: one line of at most `longest` UTF-16 units. */
export function printable(text: string, longest: number): string {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  if (line.length <= longest) {
    return line;
  }
  // Half a character at the end would make the text invalid.
  return `${line.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Longest quotation of a peer's own words, in UTF-16 units. */
const longestQuotation = 200;

/** Text of a peer as a quotation: one line between quotation marks, with no other quotation marks inside. */
export function quoted(text: string): string {
  return `"${printable(text.replaceAll(/["“”„«»]/g, "'"), longestQuotation)}"`;
}
