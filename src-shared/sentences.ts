/** Clauses and sentences of different makers, joined to one text. */

/** Each part with a full stop, unless it has an end of its own. */
export function asSentences(...parts: readonly string[]): string {
  return parts.map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`)).join(' ');
}
