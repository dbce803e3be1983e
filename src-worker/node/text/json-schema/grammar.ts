/**
 * Converts JSON Schema to GBNF, so that the sampler allows only JSON that is valid for the schema. Where JSON Schema
 * allows more than is useful (white space, any order of properties, undeclared properties), the grammar allows less.
 * `oneOf` is read like `anyOf`.
 *
 * The converter of node-llama-cpp is not used, because it makes all properties required, ignores keywords that it does
 * not know, and needs a loaded llama.cpp.
 */
import { missingCase } from '../../../../src-shared/errors.ts';
import { arrayBody } from './arrays.ts';
import {
  constrainingKeywords,
  exclusiveKeywords,
  invalid,
  type JsonType,
  type Keywords,
  readKeywords,
} from './keywords.ts';
import { anyNumber, numberBody } from './numbers.ts';
import { objectBody } from './objects.ts';
import { GrammarRules, jsonLiteral, space } from './rules.ts';
import { stringBody, stringCharacter } from './strings.ts';

/** Limits of a schema, far above those in use, and of its grammar, as sampling accepts it. */
const limits = { depth: 100, schemas: 10_000, grammarCharacters: 262_144 };

/**
 * The grammar of all JSON that is valid for the schema and compactly written.
 * @throws AppError `request-invalid` naming the unsupported keyword and its path
 */
export function jsonSchemaGrammar(schema: unknown): string {
  return new Converter(schema).grammar();
}

class Converter {
  readonly #root: unknown;
  readonly #rules = new GrammarRules(limits.grammarCharacters);
  /** Rules of schemas that a `$ref` names, by pointer. A schema that contains itself refers to its own rule by this map. */
  readonly #referenced = new Map<string, string>();
  #depth = 0;
  #schemas = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  grammar(): string {
    this.#rules.defineChoice('root', [this.#reference('#', '#')]);
    if (this.#rules.isLeftRecursive()) {
      throw invalid('#', 'a "$ref" leads back to itself with no object or array in between');
    }
    return this.#rules.toString();
  }

  /** Adds the rule for the schema `value` at `path`, and returns the rule's name. */
  readonly #convert = (value: unknown, path: string): string => {
    this.#schemas += 1;
    this.#depth += 1;
    if (this.#schemas > limits.schemas || this.#depth > limits.depth) {
      throw invalid(path, 'the schema is too large or too deep');
    }
    const rule = value === true ? this.#anyValue() : this.#convertKeywords(value, path);
    this.#depth -= 1;
    return rule;
  };

  #convertKeywords(value: unknown, path: string): string {
    if (value === false) {
      throw invalid(path, 'false allows no value');
    }
    const keywords = readKeywords(value, path);
    const constraining = constrainingKeywords(keywords);
    const exclusive = exclusiveKeywords.find((keyword) => constraining.includes(keyword));
    if (exclusive !== undefined && constraining.length > 1) {
      const other = constraining.find((keyword) => keyword !== exclusive);
      throw invalid(path, `"${other}" beside "${exclusive}" is not supported`);
    }
    if (keywords.$ref !== undefined) {
      return this.#reference(keywords.$ref, path);
    }
    const alternatives = keywords.anyOf ?? keywords.oneOf ?? keywords.allOf;
    if (alternatives !== undefined) {
      return this.#rules.defineChoice(
        this.#rules.reserve(),
        alternatives.map((schema, index) => this.#convert(schema, `${path}/${exclusive}/${index}`)),
      );
    }
    if (keywords.enum !== undefined || 'const' in keywords) {
      return this.#literals(keywords, constraining, path);
    }
    const types = typesOf(keywords);
    return types === undefined
      ? this.#anyValue()
      : this.#rules.defineChoice(
          this.#rules.reserve(),
          types.map((type) => this.#ofType(type, keywords, path)),
        );
  }

  #ofType(type: JsonType, keywords: Keywords, path: string): string {
    const rules = this.#rules;
    switch (type) {
      case 'object':
        return rules.add(objectBody(keywords, path, rules, this.#convert));
      case 'array':
        return rules.add(arrayBody(keywords, path, rules, this.#convert));
      case 'string':
        return rules.add(stringBody(keywords, path, rules, this.#character()));
      case 'number':
        return rules.add(numberBody(keywords, path, false, rules));
      case 'integer':
        return rules.add(numberBody(keywords, path, true, rules));
      case 'boolean':
        return rules.add('"true" | "false"');
      case 'null':
        return rules.add('"null"');
      default:
        return missingCase(type);
    }
  }

  #literals(keywords: Keywords, constraining: readonly string[], path: string): string {
    const other = constraining.find((keyword) => !['enum', 'const', 'type'].includes(keyword));
    if (other !== undefined) {
      throw invalid(path, `"${other}" beside "enum" or "const" is not supported`);
    }
    if (keywords.enum !== undefined && 'const' in keywords) {
      throw invalid(path, '"enum" beside "const" is not supported');
    }
    const types = keywords.type === undefined ? undefined : [keywords.type].flat();
    const values = (keywords.enum ?? [keywords.const]).filter(
      (value) => types === undefined || types.some((type) => isOfType(value, type)),
    );
    if (values.length === 0) {
      throw invalid(path, 'none of the values is of the type');
    }
    return this.#rules.add(values.map(jsonLiteral).join(' | '));
  }

  #reference(reference: string, path: string): string {
    const known = this.#referenced.get(reference);
    if (known !== undefined) {
      return known;
    }
    const target = targetOf(this.#root, reference);
    if (target === undefined) {
      throw invalid(
        path,
        `"$ref" ${JSON.stringify(reference.slice(0, 100))} leads nowhere in the schema`,
      );
    }
    const name = this.#rules.reserve();
    this.#referenced.set(reference, name);
    return this.#rules.defineChoice(name, [this.#convert(target.schema, reference)]);
  }

  #character(): string {
    return this.#shared('character', () => stringCharacter);
  }

  #anyValue(): string {
    return this.#shared('value', () => {
      const character = this.#character();
      this.#rules.define('string', `"\\"" ${character}* "\\""`);
      this.#rules.define('number', anyNumber);
      this.#rules.define('member', `string ":" ${space} value`);
      this.#rules.define('object', `"{" (member ("," ${space} member)*)? "}"`);
      this.#rules.define('array', `"[" (value ("," ${space} value)*)? "]"`);
      return 'object | array | string | number | "true" | "false" | "null"';
    });
  }

  #shared(name: string, body: () => string): string {
    return this.#rules.has(name) ? name : this.#rules.define(name, body());
  }
}

/** The types that a schema names or implies by its keywords; undefined when it allows any value. */
function typesOf(keywords: Keywords): JsonType[] | undefined {
  if (keywords.type !== undefined) {
    const types = [...new Set([keywords.type].flat())];
    return types.includes('number') ? types.filter((type) => type !== 'integer') : types;
  }
  const implied = new Set<JsonType>();
  for (const [type, names] of keywordsOfTypes) {
    if (names.some((name) => keywords[name] !== undefined)) {
      implied.add(type);
    }
  }
  return implied.size === 0 ? undefined : [...implied];
}

const keywordsOfTypes: readonly (readonly [JsonType, readonly (keyof Keywords)[]])[] = [
  [
    'object',
    [
      'properties',
      'required',
      'additionalProperties',
      'propertyNames',
      'minProperties',
      'maxProperties',
    ],
  ],
  ['array', ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems']],
  ['string', ['minLength', 'maxLength', 'format', 'pattern']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

function isOfType(value: unknown, type: JsonType): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'boolean':
    case 'number':
    case 'string':
      return typeof value === type;
    default:
      return missingCase(type);
  }
}

/** The schema at a JSON pointer in a fragment ("#/$defs/Name"). Format: RFC 6901. */
function targetOf(root: unknown, reference: string): { schema: unknown } | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) {
    return undefined;
  }
  let schema = root;
  for (const part of reference.split('/').slice(1)) {
    const key = decodeFragment(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof schema !== 'object' || schema === null || !Object.hasOwn(schema, key)) {
      return undefined;
    }
    schema = (schema as Record<string, unknown>)[key];
  }
  return { schema };
}

function decodeFragment(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
