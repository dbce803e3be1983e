/** Grammars for arrays. */
import { type Convert, invalid, type Keywords } from './keywords.ts';
import { commaSeparated, type GrammarRules, space } from './rules.ts';

/** The items of `prefixItems`, then `items` as often as the lengths allow. Draft 7 names both keywords differently. */
export function arrayBody(
  keywords: Keywords,
  path: string,
  rules: GrammarRules,
  convert: Convert,
): string {
  const { minItems = 0, maxItems = Infinity } = keywords;
  const [firstKey, restKey] = Array.isArray(keywords.items)
    ? (['items', 'additionalItems'] as const)
    : (['prefixItems', 'items'] as const);
  const first = (keywords[firstKey] ?? []) as readonly unknown[];
  if (minItems > maxItems) {
    throw invalid(path, '"minItems" is more than "maxItems"');
  }
  const prefix = first
    .slice(0, maxItems)
    .map((schema, index) => convert(schema, `${path}/${firstKey}/${index}`));
  const items = keywords[restKey] ?? prefix.length === 0;
  const mayGoOn = items !== false && maxItems > prefix.length;
  if (!mayGoOn && minItems > prefix.length) {
    throw invalid(path, `no array has ${minItems} items of these kinds`);
  }
  const fixed = prefix.join(` "," ${space} `);
  if (!mayGoOn) {
    return `"[" ${fixed === '' ? '""' : fixed} "]"`;
  }
  const item = convert(items, `${path}/${restKey}`);
  const least = Math.max(0, minItems - prefix.length);
  const most = maxItems - prefix.length;
  if (fixed === '') {
    return `"[" ${commaSeparated(item, least, most, rules)} "]"`;
  }
  const more = rules.add(`"," ${space} ${item}`);
  return `"[" ${fixed} ${rules.repeat(more, least, most)} "]"`;
}
