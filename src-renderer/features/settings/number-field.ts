/** Between the number of a setting and the text in its field. */
import type { Bounds } from '../../../src-shared/settings/kinds.ts';
import { text } from '../../../src-shared/words/window.ts';

/** What was typed: a number to keep, or what is wrong with it. */
export type Typed = { readonly value: number } | { readonly problem: string };

/** Takes digits, with or without separators between thousands, as people write them. */
export function readNumber(typed: string, { least, most }: Bounds): Typed {
  const digits = typed.trim().replaceAll(/[\s,](?=\d{3}(?!\d))/g, '');
  const value = /^-?\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  return value >= least && value <= most
    ? { value }
    : { problem: text.settings.wholeNumber(least, most) };
}
