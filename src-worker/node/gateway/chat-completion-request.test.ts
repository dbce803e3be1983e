import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatRequestSchema } from '../../../src-shared/chat.ts';
import { noRules } from '../../../src-shared/route-rules.ts';
import { readChatCompletionRequest } from './chat-completion-request.ts';
import { RequestError } from './openai-error.ts';

const least = { model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] };

function read(fields: object) {
  return readChatCompletionRequest({ ...least, ...fields });
}

/** The path and the message of the refusal of a body. */
function refusalOf(body: unknown): { param: string | null; message: string } {
  try {
    readChatCompletionRequest(body);
  } catch (error) {
    if (error instanceof RequestError) {
      return { param: error.param, message: error.message };
    }
    throw error;
  }
  return { param: 'none', message: 'accepted' };
}

describe('a chat completion request', () => {
  it('needs a model and messages only, and gets a random seed', () => {
    const { chat, stream, includeUsage } = read({});
    expect({ ...chat, sampling: { ...chat.sampling, seed: 0 } }).toEqual(
      chatRequestSchema.parse({ model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] }),
    );
    expect([stream, includeUsage]).toEqual([false, false]);
    const seeds = new Set(Array.from({ length: 8 }, () => read({}).chat.sampling.seed));
    expect(seeds.size).toBeGreaterThan(1);
  });

  it('may restrict the peers that the answer may use', () => {
    const rules = { poolOnly: true, regions: ['EU'] };
    expect(read({ x_mindmesh: { rules } }).chat.rules).toEqual({ ...noRules, ...rules });
    expect(read({}).chat.rules).toBeUndefined();
    const wrong = { ...least, x_mindmesh: { rules: { onlyFriends: true } } };
    expect(refusalOf(wrong).param).toBe('x_mindmesh.rules');
    const country = { ...least, x_mindmesh: { rules: { regions: ['Germany'] } } };
    expect(refusalOf(country).param).toBe('x_mindmesh.rules.regions[0]');
  });

  it('maps the fields of OpenAI and llama.cpp to those of this app', () => {
    const { chat, stream, includeUsage } = read({
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'assistant', content: null },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 5,
      max_completion_tokens: 7,
      n: 2,
      seed: -2,
      stop: 'END',
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      repetition_penalty: 1.1,
      presence_penalty: 1,
      frequency_penalty: -1,
      logprobs: true,
      top_logprobs: 3,
      user: 'somebody',
      reasoning_effort: 'medium',
    });
    expect(chat).toEqual({
      model: 'tiny',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'ab' },
        { role: 'assistant', content: '' },
      ],
      sampling: {
        temperature: 0.5,
        topK: 40,
        topP: 0.9,
        minP: 0.05,
        repetitionPenalty: 1.1,
        presencePenalty: 1,
        frequencyPenalty: -1,
        seed: 0xffff_fffe,
        topLogprobs: 3,
      },
      maxTokens: 5,
      stop: ['END'],
      choices: 2,
    });
    expect([stream, includeUsage]).toEqual([true, true]);
  });

  it('takes null as absent', () => {
    const names = [
      'max_tokens',
      'n',
      'seed',
      'stop',
      'temperature',
      'response_format',
      'stream',
      'tools',
      'logit_bias',
    ];
    const { chat } = read(Object.fromEntries(names.map((name) => [name, null])));
    expect(chat.choices).toBe(1);
  });

  it('takes a random seed for -1, and any other whole number as it is', () => {
    const seeds = new Set(Array.from({ length: 8 }, () => read({ seed: -1 }).chat.sampling.seed));
    expect(seeds.size).toBeGreaterThan(1);
    expect(read({ seed: 2 ** 32 + 7 }).chat.sampling.seed).toBe(7);
    expect(read({ seed: 2 ** 63 }).chat.sampling.seed).toBe(0);
  });

  it.each(['max_tokens', 'max_completion_tokens', 'n_predict', 'num_predict'])(
    'takes %s as the most tokens, and -1 as no limit',
    (name) => {
      expect(read({ [name]: 9 }).chat.maxTokens).toBe(9);
      expect(read({ [name]: -1 }).chat.maxTokens).toBeUndefined();
      expect(read({ [name]: 9, max_tokens: 5 }).chat.maxTokens).toBe(5);
      expect(refusalOf({ ...least, [name]: 0 })).toEqual({
        param: name,
        message: `"${name}" must be a whole number of at least 1, or -1 for no limit; it is 0.`,
      });
    },
  );

  it('takes empty stop texts and a top_k of -1 as none', () => {
    expect(read({ stop: '' }).chat.stop).toEqual([]);
    expect(read({ stop: ['', 'END'] }).chat.stop).toEqual(['END']);
    expect(read({ top_k: -1 }).chat.sampling.topK).toBe(0);
    expect(refusalOf({ ...least, top_logprobs: 0, stream_options: {} }).message).toBe('accepted');
  });

  it('accepts the repetition penalty under both of its names', () => {
    expect(read({ repeat_penalty: 1.3 }).chat.sampling.repetitionPenalty).toBe(1.3);
    const both = { repeat_penalty: 1.3, repetition_penalty: 1.3 };
    expect(read(both).chat.sampling.repetitionPenalty).toBe(1.3);
    expect(refusalOf({ ...least, ...both, repetition_penalty: 1.2 }).param).toBe('repeat_penalty');
  });

  it.each([
    [{ temperature: 3 }, '"temperature" must be a number from 0 to 2; it is 3.'],
    [{ stream: 'yes' }, '"stream" must be true or false; it is "yes".'],
    [
      { stop: ['a', 'x'.repeat(300)] },
      `"stop[1]" must be a text of at most 256 characters; it is "${'x'.repeat(59)}….`,
    ],
    [{ model: '' }, '"model" must be the name of a model; it is "".'],
    [{ n: 9 }, '"n" must be a whole number from 1 to 8; it is 9.'],
    [{ model: undefined }, '"model" must be the name of a model; it is missing.'],
    [
      { messages: [{ role: 'robot', content: 'x' }] },
      '"messages[0].role" must be one of system, developer, user, assistant, tool; it is "robot".',
    ],
    [
      { x_mindmesh: { rules: { onlyFriends: true } } },
      '"x_mindmesh.rules" has the field "onlyFriends", which is not known; it is {"onlyFriends":true}.',
    ],
    [
      { functions: [{ name: 'f' }] },
      '"functions" is not supported: tools cannot be called yet. Leave it out, or send [], or send "function_call": "none" beside it; it is [{"name":"f"}].',
    ],
    [
      { mirostat: 2 },
      '"mirostat" is not supported: tokens are drawn by temperature, top_k, top_p, min_p and the three penalties alone. Leave it out, or send 0; it is 2.',
    ],
  ])('says in a plain sentence what is wrong: %o', (fields, sentence) => {
    expect(refusalOf({ ...least, ...fields }).message).toBe(sentence);
  });

  it.each([
    [{ model: 3 }, 'model'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'robot', content: 'a' },
        ],
      },
      'messages[1].role',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'messages[0].content[0]',
    ],
    [{ messages: [{ role: 'user', content: 'x'.repeat(1_048_577) }] }, 'messages[0].content'],
    [{ messages: [{ role: 'assistant', tool_calls: [{}] }] }, 'messages[0].tool_calls'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ temperature: 3 }, 'temperature'],
    [{ n: 0 }, 'n'],
    [{ n: 9 }, 'n'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ stop: ['a', 3] }, 'stop'],
    [{ stop: 'x'.repeat(257) }, 'stop'],
    [{ seed: 1.5 }, 'seed'],
    [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
    [{ top_logprobs: 1 }, 'top_logprobs'],
    [{ stream_options: { include_usage: true } }, 'stream_options'],
    [{ tools: [{ type: 'function' }] }, 'tools'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ functions: [{}] }, 'functions'],
    [{ audio: { voice: 'alloy' } }, 'audio'],
    [{ modalities: ['text', 'audio'] }, 'modalities[1]'],
    [{ logit_bias: { 5: 1 } }, 'logit_bias'],
    [{ response_format: { type: 'yaml' } }, 'response_format.type'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
  ])('is refused with the path of what is wrong: %o', (fields, param) => {
    expect(refusalOf({ ...least, ...fields }).param).toBe(param);
  });

  it.each([null, undefined, 'text', 3, []])('is refused as a whole when it is %o', (body) => {
    expect(refusalOf(body)).toMatchObject({
      param: null,
      message: expect.stringContaining('body'),
    });
  });

  it('is either refused or a chat that the rest of the app accepts', () => {
    const field = fc.constantFrom(
      'model',
      'messages',
      'n',
      'stop',
      'seed',
      'temperature',
      'logprobs',
      'response_format',
      'stream',
      'max_tokens',
      'x',
    );
    fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue()), (fields) => {
        const body = { ...least, ...fields };
        const refusal = refusalOf(body);
        const isChat = chatRequestSchema.safeParse(
          refusal.message === 'accepted' ? readChatCompletionRequest(body).chat : least,
        ).success;
        expect(isChat).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
