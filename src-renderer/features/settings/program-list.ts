/** What becomes of the list of exclusive programs when one is added. Pure. */
import type { z } from 'zod';
import { text } from '../../locales/text.ts';

const words = text.settings.apps;

/**
 * The list with a program more, or what is wrong with that. Nothing typed leaves the very same list.
 *
 * @param schema of the list; its parts and its length have bounds
 */
export function withProgram(
  programs: string[],
  typed: string,
  schema: z.ZodArray<z.ZodString>,
): { readonly programs: string[] } | { readonly problem: string } {
  const program = typed.trim();
  if (program === '') {
    return { programs };
  }
  // Upper and lower case are the same to those who look for it.
  if (programs.some((each) => each.toLowerCase() === program.toLowerCase())) {
    return { problem: words.twice };
  }
  if (!schema.element.safeParse(program).success) {
    return { problem: words.tooLong };
  }
  const longer = [...programs, program];
  return schema.safeParse(longer).success ? { programs: longer } : { problem: words.tooMany };
}
