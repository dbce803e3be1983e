/** Regular expressions as grammars for the inside of a JSON string. */
import { missingCase } from '../../../../src-shared/errors.ts';
import { inJsonString, type Ranges } from './character-ranges.ts';
import { type Pattern, readPattern, unsupported } from './pattern.ts';
import { type GrammarRules, inClass, literal } from './rules.ts';

/** Fewest and most characters of a text; the most may be Infinity. */
export type Lengths = { readonly least: number; readonly most: number };

type Repeat = Extract<Pattern, { type: 'repeat' }>;

/** Any text: a pattern without anchors may match anywhere in its text. */
const anyText: Repeat = {
  type: 'repeat',
  item: { type: 'set', ranges: [[0, 0x10_ffff]] },
  least: 0,
  most: Infinity,
};

/**
 * An expression for the JSON of all texts of these lengths that the regular expression matches somewhere.
 * @throws AppError `request-invalid`, whose message continues a sentence after "is not supported: "
 */
export function patternGrammar(source: string, lengths: Lengths, rules: GrammarRules): string {
  const whole = wholeText(readPattern(source));
  const fitting = withLengths(whole, lengths);
  if (fitting === undefined) {
    throw unsupported('no text of the lengths beside it matches');
  }
  return expression(fitting, rules);
}

/** The pattern of whole texts: anchors at its ends are removed, and any text is allowed at an end without one. */
function wholeText(pattern: Pattern): Pattern {
  if (pattern.type === 'choice') {
    return { type: 'choice', options: pattern.options.map(wholeText) };
  }
  const items = pattern.type === 'sequence' ? [...pattern.items] : [pattern];
  const [only] = items;
  if (items.length === 1 && (only?.type === 'choice' || only?.type === 'sequence')) {
    return wholeText(only);
  }
  const isAtStart = items[0]?.type === 'start';
  const isAtEnd = items.at(-1)?.type === 'end';
  const middle = items.slice(isAtStart ? 1 : 0, isAtEnd ? -1 : undefined);
  if (!isAtStart) {
    middle.splice(0, isAny(middle[0]) ? 1 : 0, anyText);
  }
  if (!isAtEnd) {
    middle.splice(isAny(middle.at(-1)) ? -1 : middle.length, 1, anyText);
  }
  return { type: 'sequence', items: middle };
}

/** Whether a pattern matches any text, so that any text beside it adds nothing. */
function isAny(pattern: Pattern | undefined): boolean {
  return (
    pattern?.type === 'repeat' &&
    pattern.item.type === 'set' &&
    pattern.least === 0 &&
    pattern.most === Infinity
  );
}

function lengthsOf(pattern: Pattern): Lengths {
  switch (pattern.type) {
    case 'set':
      return { least: 1, most: 1 };
    case 'start':
    case 'end':
      return { least: 0, most: 0 };
    case 'choice': {
      const all = pattern.options.map(lengthsOf);
      return {
        least: Math.min(...all.map(({ least }) => least)),
        most: Math.max(...all.map(({ most }) => most)),
      };
    }
    case 'sequence': {
      const all = pattern.items.map(lengthsOf);
      return {
        least: all.reduce((sum, { least }) => sum + least, 0),
        most: all.reduce((sum, { most }) => sum + most, 0),
      };
    }
    case 'repeat': {
      const { least, most } = lengthsOf(pattern.item);
      // An empty text, repeated without end, is empty; 0 × Infinity would be NaN.
      return { least: least * pattern.least, most: most === 0 ? 0 : most * pattern.most };
    }
    default:
      return missingCase(pattern);
  }
}

/**
 * Limits a pattern to texts of these lengths; undefined when it matches none of them. Supported where at most one part
 * of a sequence has a variable length.
 */
function withLengths(pattern: Pattern, { least, most }: Lengths): Pattern | undefined {
  const own = lengthsOf(pattern);
  if (own.least >= least && own.most <= most) {
    return pattern;
  }
  if (own.most < least || own.least > most) {
    return undefined;
  }
  switch (pattern.type) {
    case 'choice': {
      const options = pattern.options
        .map((option) => withLengths(option, { least, most }))
        .filter((option) => option !== undefined);
      return options.length === 0 ? undefined : { type: 'choice', options };
    }
    case 'sequence': {
      const isFree = pattern.items.map((item) => {
        const { least: fewest, most: longest } = lengthsOf(item);
        return fewest !== longest;
      });
      const free = isFree.indexOf(true);
      const item = pattern.items[free];
      if (item === undefined || free !== isFree.lastIndexOf(true)) {
        throw unsupported('a length beside it can only be counted where one part of it is free');
      }
      const others = own.least - lengthsOf(item).least;
      const fitting = withLengths(item, { least: least - others, most: most - others });
      return fitting && { type: 'sequence', items: pattern.items.with(free, fitting) };
    }
    case 'repeat': {
      const each = lengthsOf(pattern.item);
      if (each.least !== each.most) {
        throw unsupported('a length beside it can only be counted where one part of it is free');
      }
      const fewest = Math.max(pattern.least, Math.ceil(least / each.least));
      const longest = Math.min(pattern.most, Math.floor(most / each.least));
      return fewest > longest ? undefined : { ...pattern, least: fewest, most: longest };
    }
    case 'set':
    case 'start':
    case 'end':
      return undefined;
    default:
      return missingCase(pattern);
  }
}

function expression(pattern: Pattern, rules: GrammarRules): string {
  switch (pattern.type) {
    case 'set':
      return setExpression(pattern.ranges);
    case 'sequence': {
      const parts = pattern.items.map((item) =>
        item.type === 'choice' ? `(${expression(item, rules)})` : expression(item, rules),
      );
      return parts.length === 0 ? '""' : parts.join(' ');
    }
    case 'choice':
      return pattern.options.map((option) => expression(option, rules)).join(' | ');
    case 'repeat': {
      if (pattern.most === Infinity && lengthsOf(pattern.item).least === 0) {
        throw unsupported('it repeats without end what may be empty');
      }
      const item = expression(pattern.item, rules);
      const isOne = pattern.item.type === 'set';
      return rules.repeat(isOne ? item : `(${item})`, pattern.least, pattern.most);
    }
    case 'start':
    case 'end':
      throw unsupported('"^" and "$" can only stand at the ends of its alternatives');
    default:
      return missingCase(pattern);
  }
}

/** Cached expressions of sets, because patterns repeat those of escapes such as \w. */
const knownSets = new WeakMap<Ranges, string>();

function setExpression(ranges: Ranges): string {
  const known = knownSets.get(ranges);
  if (known !== undefined) {
    return known;
  }
  const made = makeSetExpression(ranges);
  knownSets.set(ranges, made);
  return made;
}

function makeSetExpression(ranges: Ranges): string {
  const { plain, escapes } = inJsonString(ranges);
  const members = plain.map(([first, last]) =>
    first === last ? inClass(first) : `${inClass(first)}-${inClass(last)}`,
  );
  const parts = [
    ...(members.length === 0 ? [] : [`[${members.join('')}]`]),
    ...escapes.map(literal),
  ];
  const [only] = parts;
  if (only === undefined) {
    throw unsupported('it asks for a control character');
  }
  return parts.length === 1 ? only : `(${parts.join(' | ')})`;
}
