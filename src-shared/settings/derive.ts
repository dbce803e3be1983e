/** What follows from entries of the registry: the schemas of their values, and their defaults. */
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

/** What is stored: keys that a value does not know are left out, since they may come from another version. */
export function storedSchema<All extends Entries>(entries: All): z.ZodObject<ShapeOf<All>> {
  return z.object(mapped(entries, ({ schema }) => schema) as ShapeOf<All>);
}

/** What a person or a client sets: some of the settings. Unknown keys are refused by name. */
export function givenSchema<All extends Entries>(
  entries: All,
): z.ZodObject<{ [Name in keyof All]: z.ZodOptional<All[Name]['schema']> }, z.core.$strict> {
  const shape = mapped(entries, ({ schema, given }) => given ?? schema) as ShapeOf<All>;
  return z.object(shape).partial().strict();
}

function mapped<Value>(entries: Entries, value: (entry: Setting) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, value(entry)]));
}
