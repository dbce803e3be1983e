/** The control tokens of a vocabulary, and how to find their names in text. */
import type { Vocabulary } from '../../wire/engine-messages.ts';

/** Text for the tokenizer, or a token that is already known. */
export type PromptPiece = { readonly text: string } | { readonly token: number };

/** Longer ones, which no published model has, are treated as text. */
const longestName = 256;

/** "<start_of_turn>", "[INST]": what marks turns even where a vocabulary does not call it a control token. */
const tag = /<[^<>\s]{1,64}>|\[[^[\]\s]{1,64}\]/g;

/** Names by their characters: one step down for each. `token` is set where a name ends. */
type NameTree = { token: number | undefined; readonly next: Map<string, NameTree> };

export class SpecialTokens {
  readonly #names: NameTree = { token: undefined, next: new Map() };
  /** Every other token of the vocabulary that may be a tag. */
  readonly #tags = new Set<string>();

  constructor(vocabulary: Pick<Vocabulary, 'pieces' | 'control'>) {
    for (const id of vocabulary.control) {
      this.#add(textOf(vocabulary.pieces[id] ?? ''), id);
    }
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
    for (let index = 0; index < text.length;) {
      const found = this.#longestNameAt(text, index);
      if (found === undefined) {
        index += 1;
        continue;
      }
      if (index > textFrom) {
        pieces.push({ text: text.slice(textFrom, index) });
      }
      pieces.push({ token: found.token });
      index = found.end;
      textFrom = index;
    }
    if (textFrom < text.length) {
      pieces.push({ text: text.slice(textFrom) });
    }
    return pieces;
  }

  /**
   * The tags in a template's own text that the tokenizer may read as one token although they are no control
   * tokens. A message must not bring them in.
   */
  tagsIn(templateText: string): ReadonlySet<string> {
    return new Set(templateText.match(tag)?.filter((name) => this.#tags.has(name)));
  }

  #add(name: string, token: number): void {
    if (name === '' || name.length > longestName) {
      return;
    }
    let node = this.#names;
    for (const character of name.split('')) {
      const next = node.next.get(character) ?? { token: undefined, next: new Map() };
      node.next.set(character, next);
      node = next;
    }
    node.token = token;
  }

  #longestNameAt(text: string, begin: number): { token: number; end: number } | undefined {
    let found: { token: number; end: number } | undefined;
    let node: NameTree | undefined = this.#names;
    for (let end = begin; node !== undefined; end += 1) {
      if (node.token !== undefined) {
        found = { token: node.token, end };
      }
      node = node.next.get(text.charAt(end));
    }
    return found;
  }
}

function textOf(piece: string): string {
  return Buffer.from(piece, 'latin1').toString('utf8');
}
