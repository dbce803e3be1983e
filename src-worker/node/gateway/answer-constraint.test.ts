import { describe, expect, it } from 'vitest';
import { grammarMatcher } from '../../../test/support/gateway/gateway-grammar.ts';
import { answerGrammar, constraintFields } from './answer-constraint.ts';
import { RequestError } from './openai-error.ts';

const schema = { const: 'forty-two' };
const gbnf = 'root ::= "\\"forty-two\\""';

/** Each way to constrain the answer to the same text, and the field that carries it. */
const ways: readonly (readonly [field: string, value: unknown])[] = [
  ['response_format', { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } }],
  ['response_format', { type: 'json_schema', json_schema: { schema } }],
  ['response_format', { type: 'json_schema', schema }],
  ['response_format', { type: 'json_object', schema }],
  ['response_format', { type: 'grammar', grammar: gbnf }],
  ['json_schema', schema],
  ['grammar', gbnf],
  ['guided_json', schema],
  ['guided_json', JSON.stringify(schema)],
  ['guided_grammar', gbnf],
  ['guided_choice', ['"forty-two"']],
  ['structured_outputs', { json: schema }],
  ['structured_outputs', { choice: ['"forty-two"'] }],
  ['structured_outputs', { grammar: gbnf }],
  ['format', schema],
];

function refusalOf(fields: object): { param: string | null; message: string } | undefined {
  try {
    answerGrammar({ ...fields });
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) {
      return { param: error.param, message: error.message };
    }
    throw error;
  }
}

describe('the constraint of an answer', () => {
  it.each(ways)('is honoured in %s: %o', async (field, value) => {
    const matches = await grammarMatcher(answerGrammar({ [field]: value }) ?? '');
    expect([matches('"forty-two"'), matches('"forty-three"'), matches('forty')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is tested in every field that can carry it', () => {
    expect(new Set(ways.map(([field]) => field))).toEqual(new Set(constraintFields));
  });

  it.each([
    ['response_format', { type: 'json_object' }],
    ['format', 'json'],
  ])('is any object in %s: %o', async (field, value) => {
    const matches = await grammarMatcher(answerGrammar({ [field]: value }) ?? '');
    expect([matches('{"a":[1]}'), matches('[1]')]).toEqual([true, false]);
  });

  it.each([{}, { grammar: '' }, { format: '' }, { response_format: { type: 'text' } }])(
    'is absent: %o',
    (fields) => {
      expect(answerGrammar(fields)).toBeUndefined();
    },
  );

  it.each([
    [{ response_format: 'json' }, 'response_format', 'must be an object with a type; it is "json"'],
    [{ response_format: { type: 'yaml' } }, 'response_format.type', 'must be one of text, json'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema', 'is missing'],
    [
      { response_format: { type: 'json_schema', json_schema: { type: 'object' } } },
      'response_format.json_schema.schema',
      'must be a JSON schema; it is missing',
    ],
    [
      { response_format: { type: 'json_object', schema: { not: {} } } },
      'response_format.schema',
      'the keyword "not"',
    ],
    [{ grammar: 'start ::= "a"' }, 'grammar', 'no rule "root"'],
    [{ guided_json: '{' }, 'guided_json', 'no JSON'],
    [{ guided_choice: [] }, 'guided_choice', 'at least one text'],
    [{ guided_choice: ['a', 1] }, 'guided_choice[1]', 'must be a text; it is 1'],
    [{ structured_outputs: { regex: 'a' } }, 'structured_outputs', '"regex"'],
    [{ structured_outputs: { json: true, choice: ['a'] } }, 'structured_outputs.choice', 'one of'],
    [{ grammar: gbnf, guided_json: schema }, 'guided_json', 'Send one of them'],
  ])('is refused by the field that is wrong: %o', (fields, param, complaint) => {
    expect(refusalOf(fields)).toEqual({ param, message: expect.stringContaining(complaint) });
  });
});
