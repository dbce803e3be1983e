/** Converts between the number of a setting and the text in its field. */
import type { Bounds } from '../../../src-shared/settings/kinds.ts';
import { text } from '../../../src-shared/words/window.ts';

/** The result of what was typed: a number, or what is wrong with it. */
export type Typed = { readonly value: number } | { readonly problem: string };

/** Reads digits, with or without separators between thousands. */
export function readNumber(typed: string, { least, most }: Bounds): Typed {
  const digits = typed.trim().replaceAll(/[\s,](?=\d{3}(?!\d))/g, '');
  const value = /^-?\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  return value >= least && value <= most
    ? { value }
    : { problem: text.settings.wholeNumber(least, most) };
}
