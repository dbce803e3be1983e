/**
 * Lists whose entries are independent of each other: an entry that fails its schema is left out, and the rest stays.
 * Not for settings, nor for anything else that is written back, since entries would be lost.
 */
import { z } from 'zod';
import { printable } from './printable.ts';
import { leftOutWords } from './words/errors.ts';
import { problemWords } from './words/problems.ts';

/** Most entries that get a sentence; further ones are only counted. */
const mostTold = 20;
/** In UTF-16 units. */
const longestSentence = 400;

/** Sentences of the parse under way. Parsing is synchronous, so there is never more than one. */
let leftOut: string[] | undefined;

/** @param what the entries, in plural: "models" */
export function lenientList<Item extends z.ZodType>(item: Item, what: string) {
  return z.array(z.unknown()).transform((entries): z.output<Item>[] => {
    const sound: z.output<Item>[] = [];
    for (const [index, entry] of entries.entries()) {
      const before = leftOut?.length;
      const parsed = item.safeParse(entry);
      if (parsed.success) {
        sound.push(parsed.data);
      } else if (leftOut !== undefined) {
        // The entry is left out as a whole, so sentences about lists inside it are dropped.
        leftOut.length = before ?? 0;
        leftOut.push(sentenceOf(what, entry, index, parsed.error));
      }
    }
    return sound;
  });
}

type LenientResult<Schema extends z.ZodType> = {
  readonly parsed: z.ZodSafeParseResult<z.output<Schema>>;
  /** A sentence for each entry that a lenient list in the schema left out. */
  readonly leftOut: readonly string[];
};

/** Parses as `safeParse` does, and reports the entries that lenient lists left out. */
export function parseLeniently<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): LenientResult<Schema> {
  const outer = leftOut;
  const own: string[] = [];
  leftOut = own;
  try {
    const parsed = schema.safeParse(value);
    return { parsed, leftOut: shortened(own) };
  } finally {
    leftOut = outer;
  }
}

function shortened(sentences: readonly string[]): readonly string[] {
  const more = sentences.length - mostTold;
  return more <= 0 ? sentences : [...sentences.slice(0, mostTold), leftOutWords.more(more)];
}

function sentenceOf(what: string, entry: unknown, index: number, error: z.ZodError): string {
  const label = labelOf(entry) ?? leftOutWords.place(index + 1);
  return printable(leftOutWords.entry(what, label, problemWords(error)), longestSentence);
}

/** A name for the entry, from its own fields. */
function labelOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) {
    return undefined;
  }
  const values = new Map<string, unknown>(Object.entries(entry));
  for (const key of ['name', 'model', 'peer', 'id', 'manifestId', 'path']) {
    const value = values.get(key);
    if (typeof value === 'string' && value !== '') {
      return `"${value.slice(0, 60)}"`;
    }
  }
  return undefined;
}
