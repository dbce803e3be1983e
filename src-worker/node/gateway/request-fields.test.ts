import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { honouredFields, readChatCompletionRequest } from './chat-completion-request.ts';
import { RequestError } from './openai-error.ts';
import {
  ignoredFields,
  looksLikeSampling,
  refusedFields,
  refusedMessageFields,
} from './request-fields.ts';

const question = { role: 'user', content: 'Hi' };

/** One value of every kind of JSON but true and false, which are neutral for some fields. */
const anyValues = [7, 'strange', { strange: 1 }, [{ strange: 1 }]];

function refusalOf(fields: object): { param: string | null; message: string } | undefined {
  try {
    readChatCompletionRequest({ model: 'tiny', messages: [question], ...fields });
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) {
      return { param: error.param, message: error.message };
    }
    throw error;
  }
}

describe('a field that is not supported', () => {
  it.each(refusedFields)('is refused by name, value and remedy: $name', ({ name, reason }) => {
    for (const value of anyValues) {
      // Without a penalty, repeat_last_n would have no effect and not be refused.
      const refusal = refusalOf({ repeat_penalty: 1.1, [name]: value });
      expect(refusal?.param).toBe(name);
      expect(refusal?.message).toBe(
        `"${name}" is not supported: ${reason}. ${refusal?.message.split('. ')[1]}`,
      );
      expect(refusal?.message).toMatch(/Leave it out/);
      expect(refusal?.message).toContain(`it is ${JSON.stringify(value)}.`);
    }
  });

  it.each(refusedFields)('counts as absent with a neutral value: $name', (row) => {
    for (const value of [null, ...row.neutral]) {
      expect(refusalOf({ repeat_penalty: 1.1, [row.name]: value })).toBeUndefined();
    }
  });

  it.each(refusedMessageFields)('is refused in a message, too: $name', ({ name, neutral }) => {
    const inAnswer = (value: unknown) => ({
      messages: [question, { role: 'assistant', content: 'Yes', [name]: value }, question],
    });
    expect(refusalOf(inAnswer([{ id: null }]))).toEqual({
      param: `messages[1].${name}`,
      message: expect.stringMatching(/^"messages\[1\]\..*" is not supported: .*Leave it out.*\.$/),
    });
    for (const value of [null, ...neutral]) {
      expect(refusalOf(inAnswer(value))).toBeUndefined();
    }
  });

  it.each([
    [{ tools: [{ type: 'function' }], tool_choice: 'none' }],
    [{ functions: [{ name: 'f' }], function_call: 'none' }],
    [{ repeat_last_n: 64 }],
    [{ repeat_last_n: 64, repetition_penalty: 1 }],
    [{ best_of: 3, n: 3 }],
  ])('counts as absent where another field makes it neutral: %o', (fields) => {
    expect(refusalOf(fields)).toBeUndefined();
  });

  it.each([
    'rep_penalty',
    'max_new_tokens',
    'max_output_tokens',
    'topP',
    'repetitionPenalty',
    'top_z',
    'guided_something',
    'xtc_new',
    'reasoning_depth',
  ])('is refused when it is unknown and it looks like sampling: %s', (name) => {
    expect(looksLikeSampling(name)).toBe(true);
    expect(refusalOf({ [name]: 1 })).toEqual({
      param: name,
      message: expect.stringContaining(`"${name}" is not known`),
    });
    expect(refusalOf({ [name]: null })).toBeUndefined();
  });

  it.each(Object.values(ignoredFields).flat())('is not read: %s', (name) => {
    for (const value of anyValues) {
      expect(refusalOf({ [name]: value })).toBeUndefined();
    }
  });

  it.each(['chat_id', 'session', 'extra', 'user_id', 'topic', 'minutes', 'tool_ids', 'stepping'])(
    'is ignored when it is unknown and does not look like sampling: %s',
    (name) => {
      expect(refusalOf({ [name]: 1 })).toBeUndefined();
    },
  );

  it('is honoured, ignored or refused, as the documentation says, with its neutral values', async () => {
    const page = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    const part = (title: string): string =>
      page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0]?.replaceAll(/\s+/g, ' ') ?? '';
    const refused = [...refusedFields, ...refusedMessageFields];
    const ignored = Object.values(ignoredFields).flat();
    const missing = {
      honoured: honouredFields.filter((name) => !part('Honoured').includes(`\`${name}\``)),
      ignored: ignored.filter((name) => !part('Not read').includes(`\`${name}\``)),
      refused: refused
        .filter(({ name }) => !part('Refused').includes(`\`${name}\``))
        .map(({ name }) => name),
      neutral: refusedFields
        .filter(
          ({ name, neutral, unless }) =>
            unless === undefined &&
            neutral.length > 0 &&
            !/choice|call$/.test(name) &&
            !part('Refused').includes(`\`${name}\` (${neutral.map(inDocs).join(', ')}`),
        )
        .map(({ name }) => name),
    };
    expect(missing).toEqual({ honoured: [], ignored: [], refused: [], neutral: [] });
    const all = [...honouredFields, ...ignored, ...refusedFields.map(({ name }) => name)];
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });
});

function inDocs(value: unknown): string {
  return JSON.stringify(value);
}
