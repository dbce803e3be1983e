/**
 * Makes text safe to print to a terminal. Models and peers write what they like, and control characters would move
 * the cursor, set the terminal's title, read its clipboard, or show a line in another order than it is written. Pure.
 */

/**
 * Control characters, which a terminal obeys. Each one stands alone, so the pieces of a stream can be cleaned one by
 * one.
 */
const obeyed = /(?![\n\t])\p{Cc}/gu;

/** Characters that turn the direction of the text behind them. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const lineEnds = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/**
 * The text, or a piece of it, with its line ends and tabs. A control character is replaced by a visible mark.
 * Characters that turn the direction are left out, and so is the carriage return, which would write over a line.
 */
export function printableText(text: string): string {
  return text.replaceAll('\r', '').replace(turning, '').replace(obeyed, '\ufffd');
}

/** The same in one line. */
export function printableLine(text: string): string {
  return printableText(text.replace(lineEnds, ' '));
}

/** JSON of the same value, with such characters escaped, also inside texts. */
export function printableJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
