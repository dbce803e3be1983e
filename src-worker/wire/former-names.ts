/**
 * What the version before called things. Nodes of both versions share one mesh, so a message is read under either name,
 * and goes out under both where its reader may be of that version. Only code at the edge knows: all else has today's names.
 */
import { z } from 'zod';

/** Today's name → the former one. */
export type FormerNames = Readonly<Record<string, string>>;

/** The schema of a message that may have come under its former names. Where both are there, today's counts. */
export function underEitherName<T>(schema: z.ZodType<T>, names: FormerNames): z.ZodType<T> {
  return z.preprocess((message) => withTodaysNames(message, names), schema);
}

/** A message under both names, for a reader of which the version is not known. */
export function withFormerNames<T extends object>(
  message: T,
  names: FormerNames,
): T & Record<string, unknown> {
  return { ...renamed(message, names), ...message };
}

/** A message under its former names alone: for what is too large to be said twice. */
export function underFormerNames(message: object, names: FormerNames): Record<string, unknown> {
  const entries = Object.entries(message).filter(([name]) => !(name in names));
  return { ...Object.fromEntries(entries), ...renamed(message, names) };
}

function withTodaysNames(message: unknown, names: FormerNames): unknown {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return message;
  }
  const byFormer = Object.fromEntries(Object.entries(names).map(([now, then]) => [then, now]));
  return { ...renamed(message, byFormer), ...message };
}

/** The members that have another name there, under that name. */
function renamed(message: object, names: FormerNames): Record<string, unknown> {
  const members = Object.entries(message).flatMap(([name, value]) => {
    const other = Object.hasOwn(names, name) ? names[name] : undefined;
    return other === undefined ? [] : [[other, value] as const];
  });
  return Object.fromEntries(members);
}
