/**
 * Takes out of a log entry what must never be on disk: keys, tokens of a window, and what people write to
 * a model. Numbers stay, so counts of tokens do.
 */

const secretNames =
  /key|token|secret|password|authorization|cookie|prompt|content|messages|text|body|answer/i;
const secretValues: readonly [RegExp, string][] = [
  [/\bmm-[\w-]{8,}/g, 'mm-…'],
  [/\bbearer\s+[\w.~+/=-]+/gi, 'Bearer …'],
  [/\b(token|key)=[^\s&"']+/gi, '$1=…'],
];

const limits = { depth: 6, entries: 100, characters: 4000 } as const;

/** A sentence without what looks like a secret in it, of bounded length. */
export function redactText(text: string): string {
  let redacted = text.slice(0, limits.characters);
  for (const [pattern, replacement] of secretValues) {
    redacted = redacted.replaceAll(pattern, replacement);
  }
  return redacted;
}

/** The details of a log entry, fit to be written down; bounded in depth and size. */
export function redactDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactRecord(details, 0);
}

function redactRecord(record: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record)
      .slice(0, limits.entries)
      .map(([name, value]) => [
        name,
        secretNames.test(name) && isTelling(value) ? '…' : redactValue(value, depth),
      ]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return redactText(value);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth >= limits.depth) {
    return '…';
  }
  if (Array.isArray(value)) {
    return value.slice(0, limits.entries).map((item) => redactValue(item, depth + 1));
  }
  return redactRecord(value, depth + 1);
}

function isTelling(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}
