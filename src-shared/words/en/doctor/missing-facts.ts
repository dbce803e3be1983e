/** Readings that are missing, in English: those with the same reason together. Pure. */
import type { MissingReason } from '../../../missing-reason.ts';
import { missingWords } from '../missing.ts';

/** "lid, screen lock (the system does not tell); network (…)". */
export function missingFactsWords<Fact extends string>(
  missing: readonly { readonly fact: Fact; readonly reason: MissingReason }[],
  names: Readonly<Record<Fact, string>>,
): string {
  const byReason = Map.groupBy(missing, ({ reason }) => missingWords(reason));
  return [...byReason]
    .map(([reason, facts]) => `${facts.map(({ fact }) => names[fact]).join(', ')} (${reason})`)
    .join('; ');
}
