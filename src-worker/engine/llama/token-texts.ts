/** The bytes of all tokens of a vocabulary, read once, because grammars use all of them at every step. */
import type { Llama } from './llama.ts';
import type { Model } from './model.ts';

/** Buffer size that is enough for most tokens; longer tokens take a second call. */
const usualBytes = 64;

export class TokenTexts {
  readonly #texts: readonly (Uint8Array | 'control' | 'end')[];

  constructor(llama: Llama, model: Model) {
    this.#texts = Array.from({ length: model.vocabularySize }, (_, token) => {
      if (llama.isEndOfGeneration(model.vocabulary, token)) {
        return 'end';
      }
      return llama.isControl(model.vocabulary, token) ? 'control' : tokenBytes(llama, model, token);
    });
  }

  get count(): number {
    return this.#texts.length;
  }

  isEnd(token: number): boolean {
    return this.#texts[token] === 'end';
  }

  /** The bytes of a token's text; undefined for control tokens, which have none. */
  bytes(token: number): Uint8Array | undefined {
    const text = this.#texts[token];
    return typeof text === 'string' ? undefined : text;
  }
}

/** A token's bytes, or its name for a control token. */
export function tokenBytes(llama: Llama, model: Model, token: number): Uint8Array {
  let bytes = new Uint8Array(usualBytes);
  let length = llama.tokenToPiece(model.vocabulary, token, bytes, bytes.byteLength, 0, true);
  if (length < 0) {
    bytes = new Uint8Array(-length);
    length = llama.tokenToPiece(model.vocabulary, token, bytes, bytes.byteLength, 0, true);
  }
  return bytes.slice(0, Math.max(0, length));
}
