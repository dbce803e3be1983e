/** The kind of each setting, by its schema: it decides how the setting is typed, bounded and shown. */
import { z } from 'zod';
import type { SwitchedSetting } from './setting.ts';
import { entryOf, type SettingName, type Settings, settingsRegistry } from './settings.ts';

type Registry = typeof settingsRegistry;
type NamesOf<T> = {
  [Name in SettingName]: Settings[Name] extends T ? Name : never;
}[SettingName];

/** Settings that are a number. */
export type NumberName = NamesOf<number>;
/** Settings that are a number, or null for "no limit" or "never". */
export type LimitName = Exclude<
  { [Name in SettingName]: number extends Settings[Name] ? Name : never }[SettingName],
  NumberName
>;
/** Settings that are on or off, whatever their two values are called. */
export type SwitchName =
  | NamesOf<boolean>
  | {
      [Name in SettingName]: Registry[Name] extends SwitchedSetting<Registry[Name]['schema']>
        ? Name
        : never;
    }[SettingName];
/** Settings that are lists of texts, which grow and shrink by one. */
export type ListName = NamesOf<string[]>;

/** `own`: the setting has a control of its own. */
export type SettingKind =
  | { readonly kind: 'number'; readonly name: NumberName }
  | { readonly kind: 'limit'; readonly name: LimitName }
  | { readonly kind: 'switch'; readonly name: SwitchName }
  | { readonly kind: 'list'; readonly name: ListName }
  | {
      readonly kind: 'own';
      readonly name: Exclude<SettingName, NumberName | LimitName | SwitchName | ListName>;
    };

export function kindOf(name: SettingName): SettingKind {
  return { kind: kindNameOf(name), name } as SettingKind;
}

function kindNameOf(name: SettingName): SettingKind['kind'] {
  const { schema, switch: ends } = entryOf(name);
  if (ends !== undefined || schema instanceof z.ZodBoolean) {
    return 'switch';
  }
  if (schema instanceof z.ZodNumber) {
    return 'number';
  }
  if (schema instanceof z.ZodNullable && schema.unwrap() instanceof z.ZodNumber) {
    return 'limit';
  }
  return schema instanceof z.ZodArray && schema.element instanceof z.ZodString ? 'list' : 'own';
}

export type Bounds = { readonly least: number; readonly most: number };

/** Bounds of the whole numbers that the setting takes. */
export function boundsOf(name: NumberName | LimitName): Bounds {
  const { schema } = settingsRegistry[name];
  const { minValue, maxValue } = schema instanceof z.ZodNullable ? schema.unwrap() : schema;
  return {
    least: Math.ceil(minValue ?? Number.MIN_SAFE_INTEGER),
    most: maxValue ?? Number.MAX_SAFE_INTEGER,
  };
}
