/**
 * Text that a terminal only shows: models and peers write what they like, and control characters would move its cursor,
 * set its title, read its clipboard or let a line read otherwise than it is. Pure.
 */

/** A terminal obeys these. Each stands alone, so the pieces of a stream can be cleaned one by one. */
const obeyed = /(?![\n\t])\p{Cc}/gu;

/** These turn the direction of what follows. */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const lineEnds = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/**
 * The text, or a piece of it, with line ends and tabs. What a terminal would obey is replaced by a visible mark, what
 * turns the direction is left out, and so is the carriage return, which writes over a line.
 */
export function printableText(text: string): string {
  return text.replaceAll('\r', '').replace(turning, '').replace(obeyed, '\ufffd');
}

/** The same in one line. */
export function printableLine(text: string): string {
  return printableText(text.replace(lineEnds, ' '));
}

/** JSON of the same value that holds no such character, not even within texts. */
export function printableJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
