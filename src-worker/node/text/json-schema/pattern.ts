/**
 * Reads the regular expressions of JSON Schema (ECMA-262) as far as a grammar can express them. Look-around,
 * back-references, word boundaries and Unicode properties are refused.
 */
import { AppError } from '../../../../src-shared/errors.ts';
import {
  anyInLine,
  complement,
  digits,
  type Ranges,
  union,
  whiteSpace,
  wordCharacters,
} from './character-ranges.ts';

export type Pattern =
  | { readonly type: 'set'; readonly ranges: Ranges }
  | { readonly type: 'sequence'; readonly items: readonly Pattern[] }
  | { readonly type: 'choice'; readonly options: readonly Pattern[] }
  | {
      readonly type: 'repeat';
      readonly item: Pattern;
      readonly least: number;
      /** May be Infinity. */
      readonly most: number;
    }
  | { readonly type: 'start' }
  | { readonly type: 'end' };

const limits = { characters: 1000, depth: 30, repetitions: 20_000 } as const;

/** Parses a regular expression. @throws AppError `request-invalid` naming the unsupported part */
export function readPattern(text: string): Pattern {
  if (text.length > limits.characters) {
    throw unsupported(`it has more than ${limits.characters} characters`);
  }
  return new PatternReader(text).read();
}

/** An error whose message continues a sentence after "is not supported: ". */
export function unsupported(reason: string): AppError {
  return new AppError('request-invalid', reason);
}

class PatternReader {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#characters = Array.from(text);
  }

  read(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#characters.length) {
      throw unsupported('a ")" closes nothing');
    }
    return pattern;
  }

  #choice(): Pattern {
    this.#depth += 1;
    if (this.#depth > limits.depth) {
      throw unsupported('its groups are too deep');
    }
    const options = [this.#sequence()];
    while (this.#take('|')) {
      options.push(this.#sequence());
    }
    this.#depth -= 1;
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { type: 'choice', options };
  }

  #sequence(): Pattern {
    const items: Pattern[] = [];
    for (
      let next = this.#peek();
      next !== '' && next !== '|' && next !== ')';
      next = this.#peek()
    ) {
      items.push(this.#repeated(this.#atom()));
    }
    return { type: 'sequence', items };
  }

  #atom(): Pattern {
    const next = this.#next();
    switch (next) {
      case '^':
        return { type: 'start' };
      case '$':
        return { type: 'end' };
      case '.':
        return { type: 'set', ranges: anyInLine };
      case '(':
        return this.#group();
      case '[':
        return { type: 'set', ranges: this.#class() };
      case '\\':
        return { type: 'set', ranges: this.#escape(false) };
      case '*':
      case '+':
      case '?':
        throw unsupported(`a "${next}" repeats nothing`);
      default:
        return { type: 'set', ranges: only(next) };
    }
  }

  #group(): Pattern {
    if (this.#take('?')) {
      const name = /^<[A-Za-z_$][\w$]*>/.exec(this.#rest(100))?.[0];
      if (name !== undefined) {
        this.#at += name.length;
      } else if (!this.#take(':')) {
        throw unsupported('it looks ahead or back, or sets flags');
      }
    }
    const inner = this.#choice();
    if (!this.#take(')')) {
      throw unsupported('a "(" is not closed');
    }
    return inner;
  }

  #repeated(item: Pattern): Pattern {
    if (!'*+?{'.includes(this.#peek() || ' ')) {
      return item;
    }
    const found = /^(?:[*+?]|\{(\d{1,6})(,(\d{0,6}))?\})/.exec(this.#rest(20));
    if (found === null) {
      return item;
    }
    if (item.type === 'start' || item.type === 'end') {
      throw unsupported('it repeats "^" or "$"');
    }
    const [sign, from = '', comma, to = ''] = found;
    this.#at += sign.length;
    // A lazy repetition matches the same texts.
    this.#take('?');
    const [least, most] = {
      '*': [0, Infinity] as const,
      '+': [1, Infinity] as const,
      '?': [0, 1] as const,
    }[sign] ?? [
      Number(from),
      comma === undefined ? Number(from) : to === '' ? Infinity : Number(to),
    ];
    if (least > most || Math.max(least, most === Infinity ? 0 : most) > limits.repetitions) {
      throw unsupported(`it repeats something ${sign} times`);
    }
    return { type: 'repeat', item, least, most };
  }

  #class(): Ranges {
    const isNegated = this.#take('^');
    const ranges: (readonly [number, number])[] = [];
    while (!this.#take(']')) {
      const first = this.#classMember();
      const isRange = this.#peek() === '-' && ![']', ''].includes(this.#peek(1));
      if (!isRange || codePointOf(first) === undefined) {
        ranges.push(...first);
        continue;
      }
      this.#at += 1;
      const [from, to] = [codePointOf(first), codePointOf(this.#classMember())];
      if (from === undefined || to === undefined || from > to) {
        throw unsupported('a range in "[ ]" has no order');
      }
      ranges.push([from, to]);
    }
    return isNegated ? complement(ranges) : union(ranges);
  }

  #classMember(): Ranges {
    const next = this.#next();
    if (next === '') {
      throw unsupported('a "[" is not closed');
    }
    return next === '\\' ? this.#escape(true) : only(next);
  }

  #escape(isInClass: boolean): Ranges {
    const next = this.#next();
    const known = knownEscapes.get(next) ?? (isInClass && next === 'b' ? [[8, 8] as const] : null);
    if (known !== null) {
      return known;
    }
    if (/[^a-zA-Z0-9]/.test(next)) {
      return only(next);
    }
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/.exec(
      next + this.#rest(10),
    );
    const codePoint = Number.parseInt(code?.[1] ?? code?.[2] ?? code?.[3] ?? '', 16);
    if (code === null || codePoint > 0x10_ffff) {
      throw unsupported(`the escape "\\${next}" is not known here`);
    }
    this.#at += code[0].length - 1;
    return [[codePoint, codePoint]];
  }

  #peek(ahead = 0): string {
    return this.#characters[this.#at + ahead] ?? '';
  }

  #next(): string {
    const next = this.#peek();
    this.#at += 1;
    return next;
  }

  #take(character: string): boolean {
    const isNext = this.#peek() === character;
    this.#at += isNext ? 1 : 0;
    return isNext;
  }

  #rest(most: number): string {
    return this.#characters.slice(this.#at, this.#at + most).join('');
  }
}

const knownEscapes: ReadonlyMap<string, Ranges> = new Map([
  ['d', digits],
  ['D', complement(digits)],
  ['w', wordCharacters],
  ['W', complement(wordCharacters)],
  ['s', whiteSpace],
  ['S', complement(whiteSpace)],
  ['t', [[9, 9]]],
  ['n', [[10, 10]]],
  ['v', [[11, 11]]],
  ['f', [[12, 12]]],
  ['r', [[13, 13]]],
]);

/** One set for each ASCII character, made once because most patterns consist of them. */
const ascii: readonly Ranges[] = Array.from({ length: 128 }, (_, codePoint) => [
  [codePoint, codePoint],
]);

function only(character: string): Ranges {
  const codePoint = character.codePointAt(0) ?? 0;
  return ascii[codePoint] ?? [[codePoint, codePoint]];
}

/** The character of a set with a single one; undefined for larger sets. */
function codePointOf(ranges: Ranges): number | undefined {
  const [range] = ranges;
  return ranges.length === 1 && range?.[0] === range?.[1] ? range?.[0] : undefined;
}
