import { describe, expect, it } from 'vitest';
import { readChatCompletionRequest } from './chat-completion-request.ts';

function read(messages: readonly object[]) {
  return readChatCompletionRequest({ model: 'tiny', messages }).chat.messages;
}

const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
const question = { role: 'user', content: [{ type: 'text', text: 'What is this?' }, picture] };

describe('the messages of a request', () => {
  it('are refused with a picture in the question, by the part', () => {
    expect(() => read([{ role: 'user', content: 'Hi' }, question])).toThrow(
      expect.objectContaining({
        param: 'messages[1].content[1]',
        message:
          '"messages[1].content[1]" is a picture, but only text can be read. Send the question without it.',
      }),
    );
  });

  it('can continue after a picture, with a note in its place', () => {
    const [first, , last] = read([
      question,
      { role: 'assistant', content: null, refusal: 'I cannot see it.' },
      { role: 'user', content: 'Then guess.' },
    ]);
    expect(first?.content).toBe(
      'What is this?[Here was a picture. It was left out, because only text can be read.]',
    );
    expect(last?.content).toBe('Then guess.');
  });

  it.each([
    ['input_audio', 'a sound'],
    ['file', 'a file'],
    ['video_url', 'a video'],
    ['hologram', 'a part of type "hologram"'],
  ])('name a part of type %s as %s', (type, name) => {
    expect(() => read([{ role: 'user', content: [{ type }] }])).toThrow(`is ${name}, but only`);
  });

  it('are texts in all the parts that have some', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'input_text', text: 'b' },
      { type: 'output_text', text: 'c', annotations: [] },
      { type: 'refusal', refusal: 'd' },
    ];
    expect(read([{ role: 'user', content: parts }])).toEqual([{ role: 'user', content: 'abcd' }]);
    expect(() => read([{ role: 'user', content: [{ type: 'text' }] }])).toThrow(
      '"messages[0].content[0].text" must be a text; it is nothing.',
    );
  });

  it('carry what OpenAI’s own client copies from an answer into the next question', () => {
    const answer = {
      role: 'assistant',
      content: 'Hello',
      refusal: null,
      annotations: [],
      audio: null,
      function_call: null,
      tool_calls: [],
    };
    expect(read([{ role: 'user', content: 'Hi', name: 'Ann' }, answer])).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ]);
  });

  it('are refused with a tool call in words about the call, not about its parts', () => {
    const call = { id: null, type: 'function', function: { name: 'f', arguments: '{}' } };
    expect(() => read([{ role: 'assistant', content: null, tool_calls: [call] }])).toThrow(
      '"messages[0].tool_calls" is not supported: tools cannot be called yet. Leave it out, or send []',
    );
  });
});
