/**
 * The rules of a GBNF grammar while it is built. Format: llama.cpp's grammars/README.md. llama.cpp repeats a
 * rule at most 2,000 times and refuses left recursion, so long repetitions are split and left recursion is detected.
 */
import { AppError } from '../../../../src-shared/errors.ts';

/** Repetitions in one `{m,n}`; longer runs are built of such blocks. */
const blockRepetitions = 1000;

/** Optional JSON white space is one space, so that a model cannot write white space forever. */
export const space = '[ ]?';

/** A GBNF literal of exactly this text. */
export function literal(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A GBNF literal of this value's JSON. */
export function jsonLiteral(value: unknown): string {
  return literal(JSON.stringify(value));
}

/** A character as it is written in a GBNF character class. */
export function inClass(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  return /^[a-zA-Z0-9]$/.test(character)
    ? character
    : `\\U${codePoint.toString(16).padStart(8, '0')}`;
}

export class GrammarRules {
  readonly #bodies = new Map<string, string>();
  /** For each rule, the rules that it may begin with before it has matched any character. */
  readonly #beginsWith = new Map<string, readonly string[]>();
  #nextNumber = 1;
  readonly #longest: number;
  #length = 0;

  /** @param longest most characters of the whole grammar */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** A name for a rule that is defined later. */
  reserve(): string {
    const name = `r${this.#nextNumber}`;
    this.#nextNumber += 1;
    return name;
  }

  /**
   * Defines a rule that matches at least one character before it refers to another rule.
   * @throws AppError `request-invalid` when the grammar becomes too long
   */
  define(name: string, body: string): string {
    this.#length += name.length + body.length + ' ::= \n'.length;
    if (this.#length > this.#longest) {
      throw new AppError(
        'request-invalid',
        `The JSON schema is too large: its grammar would have more than ${this.#longest} characters.`,
      );
    }
    this.#bodies.set(name, body);
    return name;
  }

  add(body: string): string {
    return this.define(this.reserve(), body);
  }

  /** Defines a rule that matches any one of other rules. */
  defineChoice(name: string, rules: readonly string[]): string {
    this.#beginsWith.set(name, rules);
    return this.define(name, rules.join(' | '));
  }

  has(name: string): boolean {
    return this.#bodies.has(name);
  }

  /** `rule` between `least` and `most` times (`most` may be Infinity), as an expression. */
  repeat(rule: string, least: number, most: number): string {
    const block = `${rule}{${blockRepetitions}}`;
    const parts = Array.from({ length: Math.floor(least / blockRepetitions) }, () => block);
    const rest = least % blockRepetitions;
    if (rest > 0) {
      parts.push(rest === 1 ? rule : `${rule}{${rest}}`);
    }
    if (most === Infinity) {
      parts.push(`${rule}*`);
    } else if (most > least) {
      parts.push(this.#upTo(rule, most - least));
    }
    return parts.length === 0 ? '""' : parts.join(' ');
  }

  /** True when a rule may begin with itself without matching a character first. */
  isLeftRecursive(): boolean {
    const done = new Set<string>();
    const onPath = new Set<string>();
    const visit = (name: string): boolean => {
      if (onPath.has(name)) {
        return true;
      }
      if (done.has(name)) {
        return false;
      }
      onPath.add(name);
      const found = (this.#beginsWith.get(name) ?? []).some(visit);
      onPath.delete(name);
      done.add(name);
      return found;
    };
    return [...this.#beginsWith.keys()].some(visit);
  }

  toString(): string {
    return [...this.#bodies].map(([name, body]) => `${name} ::= ${body}\n`).join('');
  }

  #upTo(rule: string, most: number): string {
    if (most <= blockRepetitions) {
      return `${rule}{0,${most}}`;
    }
    const rest = this.#upTo(rule, most - blockRepetitions);
    return this.add(`${rule}{${blockRepetitions}} ${rest} | ${rule}{0,${blockRepetitions - 1}}`);
  }
}

/** `item` between `least` and `most` times with commas between, as an expression. */
export function commaSeparated(
  item: string,
  least: number,
  most: number,
  rules: GrammarRules,
): string {
  if (most === 0) {
    return '""';
  }
  const more = rules.add(`"," ${space} ${item}`);
  const list = `${item} ${rules.repeat(more, Math.max(0, least - 1), most - 1)}`;
  return least === 0 ? `(${list})?` : list;
}
