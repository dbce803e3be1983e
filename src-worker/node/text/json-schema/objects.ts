/** Grammars for objects: declared properties in the order of the schema, then additional ones. */
import {
  constrainingKeywords,
  type Convert,
  invalid,
  type Keywords,
  readKeywords,
} from './keywords.ts';
import { otherNames } from './other-names.ts';
import { commaSeparated, type GrammarRules, literal, space } from './rules.ts';

/** More or longer names would make a grammar that is too large; they are refused before any rule is made. */
const limits = { properties: 3000, nameCharacters: 1000, allNames: 100_000 };

/**
 * The body of a rule for objects. Where a schema declares properties and leaves `additionalProperties` out, only the
 * declared ones are allowed: the answer is valid and has no more than was asked for.
 */
export function objectBody(
  keywords: Keywords,
  path: string,
  rules: GrammarRules,
  convert: Convert,
): string {
  const properties = new Map(Object.entries(keywords.properties ?? {}));
  const names = extraNames(keywords.propertyNames, `${path}/propertyNames`, convert);
  const additional = keywords.additionalProperties ?? properties.size === 0;
  const required = new Set(keywords.required);
  const declared = new Set([...properties.keys(), ...required]);
  if (names.listed !== undefined && additional !== false) {
    names.listed.forEach((name) => declared.add(name));
  }
  checkNames(declared, path);
  let additionalRule: string | undefined;
  const convertAdditional = (): string => {
    additionalRule ??= convert(additional, `${path}/additionalProperties`);
    return additionalRule;
  };
  const members = [...declared].map((name) => {
    if (!properties.has(name) && additional === false) {
      throw invalid(path, `"${name.slice(0, 50)}" is required, but no property may have this name`);
    }
    const value = properties.has(name)
      ? convert(properties.get(name), `${path}/properties/${name}`)
      : convertAdditional();
    return {
      body: `${literal(`${JSON.stringify(name)}:`)} ${space} ${value}`,
      isRequired: required.has(name),
    };
  });
  let extra: string | undefined;
  if (additional !== false && names.listed === undefined) {
    if (names.rule !== undefined && declared.size > 0) {
      throw invalid(path, '"propertyNames" of this kind beside named properties is not supported');
    }
    const name = names.rule ?? otherNames([...declared], rules);
    extra = rules.add(`${name} ":" ${space} ${convertAdditional()}`);
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

function checkNames(names: ReadonlySet<string>, path: string): void {
  if (names.size > limits.properties) {
    const counts = `${names.size} properties; at most ${limits.properties} are supported`;
    throw invalid(path, `the schema names ${counts}`);
  }
  let all = 0;
  for (const { length } of names) {
    all += length;
    if (length > limits.nameCharacters) {
      const counts = `${length} characters; at most ${limits.nameCharacters} are supported`;
      throw invalid(path, `a property has a name of ${counts}`);
    }
  }
  if (all > limits.allNames) {
    const counts = `${all} characters together; at most ${limits.allNames} are supported`;
    throw invalid(path, `the names of the properties have ${counts}`);
  }
}

/** Reads `propertyNames`: a list of the names, or a rule for them; neither where any name is allowed. */
function extraNames(
  names: unknown,
  path: string,
  convert: Convert,
): { readonly listed?: readonly string[]; readonly rule?: string } {
  if (names === undefined || names === true) {
    return {};
  }
  const keywords = readKeywords(names, path);
  const constraining = constrainingKeywords(keywords).filter((keyword) => keyword !== 'type');
  const other = constraining.find((keyword) => !nameKeywords.has(keyword));
  if (other !== undefined || ![keywords.type ?? 'string'].flat().includes('string')) {
    throw invalid(path, `"${other ?? 'type'}" of names is not supported this way`);
  }
  if (keywords.enum !== undefined || 'const' in keywords) {
    const values = keywords.enum ?? [keywords.const];
    return { listed: values.filter((value) => typeof value === 'string') };
  }
  return constraining.length === 0 ? {} : { rule: convert({ ...keywords, type: 'string' }, path) };
}

const nameKeywords: ReadonlySet<string> = new Set([
  'enum',
  'const',
  'pattern',
  'format',
  'minLength',
  'maxLength',
]);

type Member = { readonly body: string; readonly isRequired: boolean };

/**
 * The members in order, with or without the optional ones. Built from the end, with two rules for each place: `after`
 * where a member stands before it, so that a comma is needed, and `first` where none does.
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
