import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src-shared/errors.ts';
import { grammarMatcher } from '../../../../test/support/gateway/gateway-grammar.ts';
import { jsonSchemaGrammar } from './grammar.ts';

const person = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5 },
    age: { type: 'integer', minimum: 0, maximum: 150 },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
  },
  required: ['name'],
  additionalProperties: false,
};

const tree = {
  $defs: {
    node: {
      type: 'object',
      properties: {
        value: { type: 'number' },
        children: { type: 'array', items: { $ref: '#/$defs/node' } },
      },
      required: ['value', 'children'],
    },
  },
  $ref: '#/$defs/node',
};

type Case = readonly [title: string, schema: unknown, allowed: string[], refused: string[]];

const cases: readonly Case[] = [
  [
    'an object with optional properties, in their order',
    person,
    ['{"name":"Ann"}', '{"name": "Ann", "age": 150}', '{"name":"A","age":0,"tags":["x","y"]}'],
    [
      '{}',
      '{"age":3}',
      '{"name":""}',
      '{"name":"Thomas"}',
      '{"name":"A","age":151}',
      '{"name":"A","x":1}',
      '{"age":1,"name":"A"}',
      '{"name":"A",}',
      '{"name":"A","tags":["x","y","z"]}',
    ],
  ],
  [
    'an object whose properties are all optional',
    { properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } } },
    ['{}', '{"a":1}', '{"b":2}', '{"c":3}', '{"a":1,"c":3}', '{"a":1,"b":2,"c":3}'],
    ['{,"b":2}', '{"a":1 "b":2}', '{"b":2,"a":1}', '{"d":4}'],
  ],
  [
    'additional properties that are none of the declared ones',
    {
      type: 'object',
      properties: { id: { type: 'integer' }, 'i]^-': { type: 'null' } },
      required: ['id'],
      additionalProperties: { type: 'string' },
    },
    ['{"id":1}', '{"id":1,"i":"x","idea":"y","":"z"}', '{"id":1,"i]^-":null,"i]":"x"}'],
    ['{"id":1,"id":"x"}', '{"id":1,"i]^-":"x"}', '{"id":1,"\\u0069d":"x"}', '{"id":1,"x":2}'],
  ],
  [
    'a map with a number of entries',
    {
      type: 'object',
      additionalProperties: { type: 'boolean' },
      minProperties: 1,
      maxProperties: 2,
    },
    ['{"a":true}', '{"a":true, "b":false}'],
    ['{}', '{"a":1}', '{"a":true,"b":true,"c":true}'],
  ],
  [
    'a required property that is not declared',
    { type: 'object', required: ['a'] },
    ['{"a":[1,{}]}', '{"a":null,"b":2}'],
    ['{}', '{"b":1}'],
  ],
  [
    'any object',
    { type: 'object' },
    ['{}', '{"a":{"b":[null,-1.5e3,"x",true]}}'],
    ['[]', '1', '{a:1}'],
  ],
  ['anything', {}, ['{}', '[]', '1', '"x"', 'null', '[[[]]]'], ['', 'x', '01', '{} ']],
  ['anything by true', { type: 'array', items: true }, ['[1,"x",{}]'], ['{}']],
  [
    'arrays by length',
    { type: 'array', items: { type: 'null' }, minItems: 2, maxItems: 3 },
    ['[null,null]', '[null, null, null]'],
    ['[]', '[null]', '[null,null,null,null]', '[1,null]'],
  ],
  [
    'arrays with a kind for each place',
    {
      type: 'array',
      prefixItems: [{ type: 'string' }, { type: 'integer' }],
      items: { type: 'null' },
      maxItems: 3,
    },
    ['["a",1]', '["a",1,null]'],
    ['["a"]', '[1,"a"]', '["a",1,null,null]'],
  ],
  ['an array that must be empty', { type: 'array', maxItems: 0 }, ['[]'], ['[1]']],
  [
    'values by enum and const',
    { enum: ['it\'s "quoted"\n', 1, null, true, { a: [1] }] },
    ['"it\'s \\"quoted\\"\\n"', '1', 'null', 'true', '{"a":[1]}'],
    ['2', '"it\'s"', 'false'],
  ],
  ['the enum values of a type', { type: 'string', enum: ['a', 1] }, ['"a"'], ['1']],
  [
    'alternatives',
    { anyOf: [{ type: 'string' }, { oneOf: [{ type: 'integer' }, { type: 'null' }] }] },
    ['"x"', '1', 'null'],
    ['1.5', 'true', '[]'],
  ],
  [
    'several types',
    { type: ['string', 'null'], maxLength: 1 },
    ['""', '"x"', 'null'],
    ['"xy"', '1'],
  ],
  [
    'one schema behind allOf',
    { allOf: [{ $ref: '#/definitions/a' }], definitions: { a: { const: 7 } } },
    ['7'],
    ['8'],
  ],
  [
    'a schema that contains itself',
    tree,
    [
      '{"value":1,"children":[]}',
      '{"value":1,"children":[{"value":2.5,"children":[{"value":-3e2,"children":[]}]}]}',
    ],
    ['{"value":1}', '{"value":1,"children":[1]}'],
  ],
  [
    'a reference to the whole and to any place in it',
    {
      type: 'object',
      properties: {
        'a/b': { type: 'boolean' },
        next: { $ref: '#' },
        same: { $ref: '#/properties/a~1b' },
      },
    },
    ['{"next":{"next":{}}}', '{"a/b":true,"same":false}'],
    ['{"next":1}', '{"same":1}'],
  ],
  [
    'strings of every character, each escape counting as one',
    { type: 'string', minLength: 2, maxLength: 2 },
    ['"ab"', '"é€"', '"😀x"', '"\\n\\u00e9"', '"\\\\\\""'],
    ['"a"', '"abc"', '"\\u00e9"', '"\\ud83d\\ude00"', '"a\nb"', '"\\x41"'],
  ],
  [
    'long strings',
    { type: 'string', minLength: 1500, maxLength: 3500 },
    [`"${'x'.repeat(1500)}"`, `"${'x'.repeat(3500)}"`],
    [`"${'x'.repeat(1499)}"`, `"${'x'.repeat(3501)}"`],
  ],
  [
    'dates',
    { type: 'string', format: 'date' },
    ['"2024-02-29"', '"2000-02-29"', '"1999-12-31"', '"2023-04-30"'],
    ['"2023-02-29"', '"1900-02-29"', '"2023-04-31"', '"2023-13-01"', '"2023-00-10"', '"2023-1-1"'],
  ],
  [
    'times',
    { type: 'string', format: 'time' },
    ['"23:59:59Z"', '"00:00:00.123+02:00"'],
    ['"24:00:00Z"', '"12:00Z"', '"12:60:00Z"'],
  ],
  [
    'moments',
    { type: 'string', format: 'date-time' },
    ['"2024-02-29T12:00:00Z"'],
    ['"2024-02-29 12:00:00Z"', '"2024-02-30T12:00:00Z"'],
  ],
  [
    'durations',
    { type: 'string', format: 'duration' },
    ['"P3D"', '"PT1H30M"', '"P1DT5S"', '"P2W"'],
    ['"P"', '"PT"', '"3D"'],
  ],
  [
    'addresses of mail',
    { type: 'string', format: 'email' },
    ['"a.b+c@mail.example.org"'],
    ['"a@b"', '"@b.org"', '"a b@c.org"', '"a..b@c.org"'],
  ],
  [
    'names of hosts',
    { type: 'string', format: 'hostname' },
    ['"a-b.example.org"', '"localhost"'],
    ['"-a.org"', '"a..b"', '"a-"'],
  ],
  [
    'addresses of machines',
    { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
    ['"192.168.0.255"', '"2001:db8:0:0:0:0:0:1"'],
    ['"256.1.1.1"', '"1.1.1"', '"01.1.1.1"', '"2001:db8:0:0:0:0:0"'],
  ],
  [
    'UUIDs',
    { type: 'string', format: 'uuid' },
    ['"123e4567-e89b-12d3-a456-426614174000"'],
    ['"123e4567"'],
  ],
  [
    'addresses of pages',
    { type: 'string', format: 'uri' },
    ['"https://example.org/a/b?c=d"', '"http://localhost:80"'],
    ['"ftp://example.org"', '"https://a b"', '"example.org"'],
  ],
  [
    'annotations and extensions',
    {
      type: 'null',
      title: 'T',
      description: 'D',
      default: null,
      examples: [null],
      'x-order': 1,
      uniqueItems: false,
    },
    ['null'],
    ['1'],
  ],
];

describe('the grammar of a JSON schema', () => {
  it.each(cases)('allows %s, and nothing else', async (_, schema, allowed, refused) => {
    const matches = await grammarMatcher(jsonSchemaGrammar(schema));
    expect(allowed.filter((text) => !matches(text))).toEqual([]);
    expect(refused.filter(matches)).toEqual([]);
  });

  it.each([
    [
      'an unknown keyword, by name and place',
      { properties: { a: { type: 'string', unknown: '^a$' } } },
      '#/properties/a: the keyword "unknown"',
    ],
    ['uniqueItems', { type: 'array', uniqueItems: true }, '"uniqueItems"'],
    ['not', { not: {} }, '"not"'],
    ['several schemas under allOf', { allOf: [{}, {}] }, '"allOf"'],
    ['keywords beside alternatives', { anyOf: [{}], type: 'string' }, '"type" beside "anyOf"'],
    ['a reference that leads nowhere', { $ref: '#/$defs/none' }, 'leads nowhere'],
    ['a reference to another document', { $ref: 'https://example.org/schema' }, 'leads nowhere'],
    ['a schema that is only itself', { $ref: '#' }, 'leads back to itself'],
    [
      'a schema that may be only itself',
      {
        $defs: {
          a: { anyOf: [{ properties: { x: { $ref: '#/$defs/b' } } }, { $ref: '#/$defs/b' }] },
          b: { anyOf: [{ $ref: '#/$defs/a' }] },
        },
        $ref: '#/$defs/a',
      },
      'leads back to itself',
    ],
    ['an unknown format', { type: 'string', format: 'iri' }, 'the format "iri"'],
    ['bounds with fractions', { type: 'number', minimum: 0.5 }, '"minimum"'],
    ['bounds that exclude each other', { type: 'integer', minimum: 2, maximum: 1 }, 'no number'],
    [
      'an open interval of one whole number',
      { type: 'integer', exclusiveMinimum: 1, exclusiveMaximum: 2 },
      'no number',
    ],
    [
      'lengths that exclude each other',
      { type: 'string', minLength: 2, maxLength: 1 },
      '"minLength"',
    ],
    ['absurd lengths', { type: 'string', maxLength: 1e9 }, '"maxLength"'],
    [
      'a schema that allows nothing',
      { type: 'array', items: { enum: [1], type: 'string' } },
      'none of the values',
    ],
    ['false', { properties: { a: false } }, '#/properties/a: false'],
    [
      'a required property that may not be',
      { properties: {}, required: ['a'], additionalProperties: false },
      '"a" is required',
    ],
    ['something that is no schema', ['string'], 'must be an object'],
    ['a type that does not exist', { type: 'text' }, '"type"'],
    ['a schema too deep', nested(200), 'too deep'],
    [
      'a schema too large',
      { enum: Array.from({ length: 5000 }, (_, index) => `${index}${'x'.repeat(60)}`) },
      'too large',
    ],
  ])('refuses %s', (_, schema, complaint) => {
    expect(() => jsonSchemaGrammar(schema)).toThrow(complaint);
    expect(() => jsonSchemaGrammar(schema)).toThrow(
      expect.objectContaining({ code: 'request-invalid' }),
    );
  });

  it('turns any JSON into a grammar or a refusal', async () => {
    const keyword = fc.constantFrom(
      'type',
      'items',
      'anyOf',
      'enum',
      '$ref',
      'properties',
      'required',
      'minimum',
      'maxLength',
      'format',
      'x',
    );
    const schemaLike = fc.letrec((tie) => ({
      schema: fc.dictionary(
        keyword,
        fc.oneof(
          { maxDepth: 4 },
          fc.jsonValue(),
          tie('schema'),
          fc.array(tie('schema'), { maxLength: 3 }),
          fc.constantFrom('#', 'object', 'array', 'string'),
        ),
        { maxKeys: 4 },
      ),
    })).schema;
    await fc.assert(
      fc.asyncProperty(schemaLike, async (schema) => {
        expect(['grammar', 'request-invalid']).toContain(await outcomeOf(schema));
      }),
      { numRuns: 1000 },
    );
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? {} : { type: 'array', items: nested(depth - 1) };
}

/** "grammar" when llama.cpp can parse the schema's grammar, else the code of the refusal. */
async function outcomeOf(schema: unknown): Promise<string> {
  try {
    await grammarMatcher(jsonSchemaGrammar(schema));
    return 'grammar';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}
