/** Joins clauses and sentences to one text: each part gets a full stop, unless it ends with a mark of its own. */
export function asSentences(...parts: readonly string[]): string {
  return parts.map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`)).join(' ');
}
