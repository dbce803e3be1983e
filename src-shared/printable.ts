/** Text from outside, made fit to be shown. */

/** A name or a sentence from outside, fit for a menu or a message: one line of at most `longest` UTF-16 units. */
export function printable(text: string, longest: number): string {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  if (line.length <= longest) {
    return line;
  }
  // Half of a character at the cut would make the text no text.
  return `${line.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Longest quotation of a peer's own words, in UTF-16 units. */
const longestQuotation = 200;

/** Words from outside, marked as such: one line between quotation marks, with none of its own. */
export function quoted(text: string): string {
  return `"${printable(text.replaceAll(/["“”„«»]/g, "'"), longestQuotation)}"`;
}
