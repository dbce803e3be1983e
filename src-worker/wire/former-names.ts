/**
 * Former names of message members. Nodes of the former version share the mesh, so a message is read under either name,
 * and sent under both where its reader may have that version. Only encoders and decoders use former names.
 */
import { z } from 'zod';

/** Today's name → the former one. */
export type FormerNames = Readonly<Record<string, string>>;

/** The schema of a message that may have former names. Where a member has both names, today's counts. */
export function underEitherName<T>(schema: z.ZodType<T>, names: FormerNames): z.ZodType<T> {
  return z.preprocess((message) => withTodaysNames(message, names), schema);
}

/** A message under both names, for a reader whose version is not known. */
export function withFormerNames<T extends object>(
  message: T,
  names: FormerNames,
): T & Record<string, unknown> {
  return { ...renamed(message, names), ...message };
}

/** A message under its former names only, for members that are too large to be sent twice. */
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

/** Those members of the message that have an entry in `names`, under that name. */
function renamed(message: object, names: FormerNames): Record<string, unknown> {
  const members = Object.entries(message).flatMap(([name, value]) => {
    const other = Object.hasOwn(names, name) ? names[name] : undefined;
    return other === undefined ? [] : [[other, value] as const];
  });
  return Object.fromEntries(members);
}
