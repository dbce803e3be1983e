/** Between the number of a setting and the text in its field. Bounds are those of the setting's own schema. */
import { z } from 'zod';
import { type Settings, settingsSchema } from '../../../src-shared/settings.ts';
import { text } from '../../locales/text.ts';

type NamesOf<T> = {
  [Name in keyof Settings]: Settings[Name] extends T ? Name : never;
}[keyof Settings];

/** Settings that are a number. */
export type NumberName = NamesOf<number>;
/** Settings that are a number, or null for "no limit" or "never". */
export type LimitName = Exclude<
  { [Name in keyof Settings]: number extends Settings[Name] ? Name : never }[keyof Settings],
  NumberName
>;
/** Settings that are on or off. */
export type SwitchName = NamesOf<boolean>;

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** What was typed: a number to keep, or what is wrong with it. */
export type Typed = { readonly value: number } | { readonly problem: string };

export function boundsOf(name: NumberName | LimitName): Bounds {
  const schema = settingsSchema.shape[name];
  const { minValue, maxValue } = schema instanceof z.ZodNullable ? schema.unwrap() : schema;
  return {
    // Fields take whole numbers.
    least: Math.ceil(minValue ?? Number.MIN_SAFE_INTEGER),
    most: maxValue ?? Number.MAX_SAFE_INTEGER,
  };
}

/** Takes digits, with or without separators between thousands, as people write them. */
export function readNumber(typed: string, { least, most }: Bounds): Typed {
  const digits = typed.trim().replaceAll(/[\s,](?=\d{3}(?!\d))/g, '');
  const value = /^-?\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  return value >= least && value <= most
    ? { value }
    : { problem: text.settings.wholeNumber(least, most) };
}
