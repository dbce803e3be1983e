/** Makes schemas and defaults from entries of the registry of settings. */
import { z } from 'zod';
import type { Setting } from './setting.ts';

type Entries = Readonly<Record<string, Setting>>;

export type ShapeOf<All extends Entries> = { [Name in keyof All]: All[Name]['schema'] };
export type ValuesOf<All extends Entries> = {
  -readonly [Name in keyof All]: z.output<All[Name]['schema']>;
};

export function defaultsOf<All extends Entries>(entries: All): ValuesOf<All> {
  return mapped(entries, (entry) => entry.default) as ValuesOf<All>;
}

/**
 * The schema of stored settings: unknown keys of a value are left out, since another version may have written them.
 */
export function storedSchema<All extends Entries>(entries: All): z.ZodObject<ShapeOf<All>> {
  return z.object(mapped(entries, ({ schema }) => schema) as ShapeOf<All>);
}

/** The schema of some settings from a person or a client: unknown keys are refused by name. */
export function givenSchema<All extends Entries>(
  entries: All,
): z.ZodObject<{ [Name in keyof All]: z.ZodOptional<All[Name]['schema']> }, z.core.$strict> {
  const shape = mapped(entries, ({ schema, given }) => given ?? schema) as ShapeOf<All>;
  return z.object(shape).partial().strict();
}

function mapped<Value>(entries: Entries, value: (entry: Setting) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, value(entry)]));
}
