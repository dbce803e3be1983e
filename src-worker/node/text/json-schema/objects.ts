/** Grammars for objects: declared properties in the order of the schema, then additional ones. */
import { type Convert, invalid, type Keywords } from './keywords.ts';
import { otherNames } from './other-names.ts';
import { commaSeparated, type GrammarRules, literal, space } from './rules.ts';

/**
 * Without `additionalProperties`, only declared properties come out where there are any: a valid answer that
 * says no more than it was asked for.
 */
export function objectBody(
  keywords: Keywords,
  path: string,
  rules: GrammarRules,
  convert: Convert,
): string {
  const declared = Object.entries(keywords.properties ?? {});
  const required = new Set(keywords.required);
  const additional = keywords.additionalProperties ?? declared.length === 0;
  for (const name of required) {
    if (!declared.some(([known]) => known === name)) {
      if (additional === false) {
        throw invalid(
          path,
          `"${name.slice(0, 50)}" is required, but no property may have this name`,
        );
      }
      declared.push([name, additional]);
    }
  }
  const members = declared.map(([name, schema]) => ({
    body: `${literal(`${JSON.stringify(name)}:`)} ${space} ${convert(schema, `${path}/properties/${name}`)}`,
    isRequired: required.has(name),
  }));
  let extra: string | undefined;
  if (additional !== false) {
    const names = declared.map(([name]) => name);
    extra = rules.add(
      `${otherNames(names, rules)} ":" ${space} ${convert(additional, `${path}/additionalProperties`)}`,
    );
  }
  const { minProperties = 0, maxProperties = Infinity } = keywords;
  const isCounted = minProperties > required.size || maxProperties < Infinity;
  if (isCounted && members.length > 0) {
    const isMet =
      minProperties <= required.size && extra === undefined && maxProperties >= members.length;
    if (!isMet) {
      throw invalid(
        path,
        '"minProperties" and "maxProperties" beside "properties" are not supported',
      );
    }
  }
  if (
    minProperties > maxProperties ||
    (minProperties > 0 && members.length === 0 && extra === undefined)
  ) {
    throw invalid(path, 'no object has this number of properties');
  }
  if (extra !== undefined && members.length === 0) {
    return `"{" ${commaSeparated(extra, minProperties, maxProperties, rules)} "}"`;
  }
  return `"{" ${chain(members, extra, rules)} "}"`;
}

type Member = { readonly body: string; readonly isRequired: boolean };

/**
 * The members in order, the optional ones left out or not. Built from the end with two rules for each place:
 * `after` when a member stands before it, so that a comma is due, and `first` when none does.
 */
function chain(members: readonly Member[], extra: string | undefined, rules: GrammarRules): string {
  let after = '""';
  let first = '""';
  if (extra !== undefined) {
    const more = rules.add(`"," ${space} ${extra}`);
    after = `${more}*`;
    first = `(${extra} ${more}*)?`;
  }
  for (const { body, isRequired } of members.toReversed()) {
    const member = rules.add(body);
    const withComma = `"," ${space} ${member}`;
    const rest = after === '""' ? '' : ` ${after}`;
    first = isRequired ? `${member}${rest}` : rules.add(`${member}${rest} | ${first}`);
    after = rules.add(isRequired ? `${withComma}${rest}` : `(${withComma})?${rest}`);
  }
  return first;
}
