/**
 * Reads GBNF into rules (llama.cpp's grammars/README.md describes the language). Groups and repetitions become
 * rules of their own, so that grammar-states.ts knows only characters, sequences and alternatives.
 */
import { AppError } from '../../../../src-shared/errors.ts';

/** A set of characters: those in one of the ranges of code points (both ends included), or, negated, all others. */
export type CharacterSet = {
  readonly ranges: readonly (readonly [number, number])[];
  readonly negated: boolean;
};

/** An element of a sequence: a character, or a rule by its number. */
type Element = CharacterSet | number;

type Rule = {
  readonly name: string;
  /** Empty until the rule is defined. */
  readonly alternatives: Element[][];
};

export type Grammar = { readonly rules: readonly Rule[]; readonly root: number };

/** Limits far above the grammars of JSON schemas; a grammar at the limit is read in some ten milliseconds. */
const limits = { characters: 262_144, elements: 100_000, depth: 64, repetitions: 2000 } as const;

const anyCharacter: CharacterSet = { ranges: [], negated: true };

/** Parses a grammar. @throws AppError `request-invalid` with the reason and the line */
export function parseGrammar(text: string): Grammar {
  if (text.length > limits.characters) {
    throw invalid(`It has ${text.length} characters, more than ${limits.characters}`);
  }
  const rules = new GrammarReader(text).read();
  const undefinedRule = rules.find((rule) => rule.alternatives.length === 0);
  if (undefinedRule !== undefined) {
    throw invalid(`The rule "${undefinedRule.name}" is not defined`);
  }
  const root = rules.findIndex((rule) => rule.name === 'root');
  if (root === -1) {
    throw invalid('It has no rule "root"');
  }
  return { rules, root };
}

class GrammarReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #elements = 0;
  readonly #rules: Rule[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): Rule[] {
    this.#skipSpace(true);
    while (this.#at < this.#text.length) {
      const number = this.#numberOf(this.#name());
      this.#skipSpace(false);
      this.#expect('::=');
      this.#skipSpace(true);
      const alternatives = this.#alternatives(false);
      // Of two definitions of a rule, the last one counts.
      this.#rules[number]?.alternatives.splice(0, Infinity, ...alternatives);
      if (this.#at < this.#text.length && !/[\r\n]/.test(this.#peek())) {
        this.#fail('a newline or the end');
      }
      this.#skipSpace(true);
    }
    return this.#rules;
  }

  #alternatives(nested: boolean): Element[][] {
    this.#depth += 1;
    if (this.#depth > limits.depth) {
      throw invalid(`Groups are nested more than ${limits.depth} deep`);
    }
    const alternatives = [this.#sequence(nested)];
    while (this.#peek() === '|') {
      this.#at += 1;
      this.#skipSpace(true);
      alternatives.push(this.#sequence(nested));
    }
    this.#depth -= 1;
    return alternatives;
  }

  #sequence(nested: boolean): Element[] {
    const sequence: Element[] = [];
    /** Where the last symbol starts, which a following repetition operator repeats. */
    let symbol = 0;
    for (;;) {
      const repetition = this.#repetition(nested);
      if (repetition !== undefined) {
        if (symbol === sequence.length) {
          this.#fail('something to repeat');
        }
        this.#repeat(sequence, symbol, repetition);
        continue;
      }
      const elements = this.#symbol();
      if (elements === undefined) {
        return sequence;
      }
      this.#count(elements);
      symbol = sequence.length;
      for (const element of elements) {
        sequence.push(element);
      }
      this.#skipSpace(nested);
    }
  }

  /** The next symbol's elements, or undefined at the end of a sequence. */
  #symbol(): Element[] | undefined {
    const next = this.#peek();
    if (next === '"') {
      return this.#literal();
    }
    if (next === '[') {
      return this.#characterClass();
    }
    if (next === '.') {
      this.#at += 1;
      return [anyCharacter];
    }
    if (next === '(') {
      this.#at += 1;
      this.#skipSpace(true);
      const group = this.#newRule(this.#alternatives(true));
      this.#expect(')');
      return [group];
    }
    if (next === '<' || next === '!') {
      throw invalid('Tokens (<name>, <[id]>) are not supported; write the text they stand for');
    }
    return /[a-zA-Z0-9-]/.test(next) ? [this.#numberOf(this.#name())] : undefined;
  }

  #literal(): Element[] {
    this.#at += 1;
    const elements: Element[] = [];
    while (this.#peek() !== '"') {
      const character = this.#character();
      elements.push({ ranges: [[character, character]], negated: false });
    }
    this.#at += 1;
    return elements;
  }

  #characterClass(): Element[] {
    this.#at += 1;
    const negated = this.#peek() === '^';
    this.#at += negated ? 1 : 0;
    const ranges: [number, number][] = [];
    while (this.#peek() !== ']') {
      const first = this.#character();
      const isRange = this.#peek() === '-' && this.#text.charAt(this.#at + 1) !== ']';
      this.#at += isRange ? 1 : 0;
      ranges.push([first, isRange ? this.#character() : first]);
    }
    if (ranges.length === 0) {
      this.#fail('at least one character in [ ]');
    }
    this.#at += 1;
    return [{ ranges, negated }];
  }

  /** The code point of one character or escape in a literal or class. */
  #character(): number {
    if (this.#peek() !== '\\') {
      const character = this.#text.codePointAt(this.#at);
      if (character === undefined) {
        this.#fail('more text');
      }
      this.#at += character > 0xffff ? 2 : 1;
      return character;
    }
    const escape = /\\(?:([trn\\"[\]-])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;
    escape.lastIndex = this.#at;
    const found = escape.exec(this.#text);
    if (found === null) {
      this.#fail('a known escape');
    }
    this.#at = escape.lastIndex;
    const [, letter, ...digits] = found;
    return letter === undefined
      ? Number.parseInt(digits.find((group) => group !== undefined) ?? '', 16)
      : (controlCharacters[letter] ?? letter.charCodeAt(0));
  }

  /** `*`, `+`, `?` or `{m,n}`, as the fewest and the most times. */
  #repetition(nested: boolean): { least: number; most: number } | undefined {
    const match = /[*+?]|\{[ \t]*(\d+)[ \t]*(,[ \t]*(\d*)[ \t]*)?\}/y;
    match.lastIndex = this.#at;
    const found = match.exec(this.#text);
    if (found === null) {
      return undefined;
    }
    this.#at = match.lastIndex;
    this.#skipSpace(nested);
    switch (found[0]) {
      case '*':
        return { least: 0, most: Infinity };
      case '+':
        return { least: 1, most: Infinity };
      case '?':
        return { least: 0, most: 1 };
      default: {
        const least = Number(found[1]);
        const most = found[2] === undefined ? least : found[3] === '' ? Infinity : Number(found[3]);
        if (least > limits.repetitions || most < least) {
          throw invalid(
            `A repetition of ${found[0]} is not supported (at most ${limits.repetitions})`,
          );
        }
        // A larger upper limit means no limit, as in llama.cpp, because no grammar needs an exact one.
        return { least, most: most > limits.repetitions ? Infinity : most };
      }
    }
  }

  /**
   * Replaces the last symbol, which starts at `from`, by its required repetitions and a rule (or a chain of rules)
   * for the optional ones.
   */
  #repeat(sequence: Element[], from: number, times: { least: number; most: number }): void {
    const symbol = sequence.splice(from);
    for (let done = 0; done < times.least; done += 1) {
      this.#count(symbol);
      for (const element of symbol) {
        sequence.push(element);
      }
    }
    if (times.most === Infinity) {
      const rule = this.#newRule([]);
      this.#rules[rule]?.alternatives.push([...symbol, rule], []);
      sequence.push(rule);
      return;
    }
    let optional: number | undefined;
    for (let done = times.least; done < times.most; done += 1) {
      this.#count(symbol);
      optional = this.#newRule([optional === undefined ? symbol : [...symbol, optional], []]);
    }
    if (optional !== undefined) {
      sequence.push(optional);
    }
  }

  #newRule(alternatives: Element[][]): number {
    this.#count([anyCharacter]);
    return this.#rules.push({ name: 'a group or repetition', alternatives }) - 1;
  }

  #numberOf(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#rules.push({ name, alternatives: [] }) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }

  #count(elements: readonly Element[]): void {
    for (const element of elements) {
      this.#elements += typeof element === 'number' ? 1 : 1 + element.ranges.length;
    }
    if (this.#elements > limits.elements) {
      throw invalid(`Written out, it has more than ${limits.elements} elements`);
    }
  }

  #name(): string {
    const match = /[a-zA-Z0-9-]+/y;
    match.lastIndex = this.#at;
    const name = match.exec(this.#text)?.[0];
    if (name === undefined) {
      this.#fail('a rule name');
    }
    this.#at += name.length;
    return name;
  }

  #skipSpace(newlines: boolean): void {
    const match = newlines ? /(?:[ \t\r\n]|#[^\r\n]*)*/y : /(?:[ \t]|#[^\r\n]*)*/y;
    match.lastIndex = this.#at;
    match.exec(this.#text);
    this.#at = match.lastIndex;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #expect(text: string): void {
    if (!this.#text.startsWith(text, this.#at)) {
      this.#fail(`"${text}"`);
    }
    this.#at += text.length;
  }

  #fail(expected: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw invalid(
      `In line ${line}, ${expected} is expected before "${this.#text.slice(this.#at, this.#at + 20)}"`,
    );
  }
}

const controlCharacters: Partial<Record<string, number>> = { t: 9, r: 13, n: 10 };

export function invalid(problem: string): AppError {
  return new AppError('request-invalid', `The grammar cannot be used. ${problem}.`);
}
