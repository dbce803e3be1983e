/** Sets of characters as sorted ranges of code points, both ends included. */
export type Ranges = readonly (readonly [first: number, last: number])[];

const lastCodePoint = 0x10_ffff;

export const digits: Ranges = [[0x30, 0x39]];
export const wordCharacters: Ranges = [...digits, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
export const whiteSpace: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const lineEnds: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
export const anyInLine = complement(lineEnds);

/** Characters that a JSON string cannot hold without an escape, and DEL, which schemas never mean. */
const special: Ranges = [
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x7f, 0x7f],
  [0xd800, 0xdfff],
];

const escapes: readonly (readonly [codePoint: number, escape: string])[] = [
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
];

/** Merges ranges into ranges in order and without overlaps. */
export function union(ranges: Ranges): Ranges {
  const merged: [number, number][] = [];
  for (const [first, last] of ranges.toSorted(([one], [other]) => one - other)) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) {
      before[1] = Math.max(before[1], last);
    } else {
      merged.push([first, last]);
    }
  }
  return merged;
}

export function complement(ranges: Ranges): Ranges {
  const others: [number, number][] = [];
  let next = 0;
  for (const [first, last] of union(ranges)) {
    if (first > next) {
      others.push([next, first - 1]);
    }
    next = last + 1;
  }
  return next > lastCodePoint ? others : [...others, [next, lastCodePoint]];
}

/** Splits characters into those that a JSON string can hold unescaped, and the escapes of the others. */
export function inJsonString(ranges: Ranges): {
  readonly plain: Ranges;
  readonly escapes: readonly string[];
} {
  const has = (codePoint: number): boolean =>
    ranges.some(([first, last]) => codePoint >= first && codePoint <= last);
  return {
    plain: complement([...complement(ranges), ...special]),
    escapes: escapes.filter(([codePoint]) => has(codePoint)).map(([, escape]) => escape),
  };
}
