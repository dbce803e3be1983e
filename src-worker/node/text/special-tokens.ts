/** Finds the names of a vocabulary's control tokens in text. */
import type { Vocabulary } from '../../wire/engine-messages.ts';
import { NameFinder } from './name-finder.ts';

/** Text for the tokenizer, or a token that is already known. */
export type PromptPiece = { readonly text: string } | { readonly token: number };

/** Longest name of a control token, in characters; longer names, which no published model has, are treated as text. */
const longestName = 256;

/**
 * The brackets of tags such as "<start_of_turn>" and "[INST]", which mark turns even where a vocabulary does not list
 * them as control tokens. Tags of one kind of bracket never overlap.
 */
const brackets = [
  ['<', '>'],
  ['[', ']'],
] as const;

/** Most characters between the brackets of a tag. */
const longestTag = 64;

export class SpecialTokens {
  readonly #names: NameFinder;
  /** The tokens of the vocabulary that may be tags and are not control tokens. */
  readonly #tags = new Set<string>();

  constructor(vocabulary: Pick<Vocabulary, 'pieces' | 'control'>) {
    const named = vocabulary.control.map(
      (id) => [textOf(vocabulary.pieces[id] ?? ''), id] as const,
    );
    this.#names = new NameFinder(
      named.filter(([name]) => name !== '' && name.length <= longestName),
    );
    const control = new Set(vocabulary.control);
    for (const [id, piece] of vocabulary.pieces.entries()) {
      if ((piece.startsWith('<') || piece.startsWith('[')) && !control.has(id)) {
        this.#tags.add(textOf(piece));
      }
    }
  }

  /** Cuts text at the names of control tokens; where several fit, at the longest. */
  split(text: string): PromptPiece[] {
    const pieces: PromptPiece[] = [];
    let textFrom = 0;
    for (const { begin, end, value } of this.#names.find(text)) {
      if (begin > textFrom) {
        pieces.push({ text: text.slice(textFrom, begin) });
      }
      pieces.push({ token: value });
      textFrom = end;
    }
    if (textFrom < text.length) {
      pieces.push({ text: text.slice(textFrom) });
    }
    return pieces;
  }

  /** Whether a text contains the name of a control token. */
  names(text: string): boolean {
    return this.#names.find(text).next().done !== true;
  }

  /**
   * The tags in a template's own text that the tokenizer may read as one token although they are not control
   * tokens. A message must not be able to add them.
   */
  tagsIn(templateText: string): ReadonlySet<string> {
    const names = tagsByKind(templateText).flatMap((kind) => kind.map(({ name }) => name));
    return new Set(names.filter((name) => this.#tags.has(name)));
  }
}

/** Everything in a text that looks like a tag, in order, separately for each kind of bracket. */
export function tagsByKind(text: string): { name: string; at: number }[][] {
  return brackets.map(([open, close]) => {
    const found: { name: string; at: number }[] = [];
    for (let at = text.indexOf(open); at !== -1; at = text.indexOf(open, at + 1)) {
      const end = endOfTag(text, at + 1, open, close);
      if (end !== undefined) {
        found.push({ name: text.slice(at, end), at });
      }
    }
    return found;
  });
}

/** The place after the closing bracket of a tag whose content begins at `from`; undefined when it is not a tag. */
function endOfTag(text: string, from: number, open: string, close: string): number | undefined {
  for (let index = from; index <= from + longestTag; index += 1) {
    const character = text.charAt(index);
    if (character === close) {
      return index === from ? undefined : index + 1;
    }
    if (character === open || character.trim() === '') {
      return undefined;
    }
  }
  return undefined;
}

function textOf(piece: string): string {
  return Buffer.from(piece, 'latin1').toString('utf8');
}
