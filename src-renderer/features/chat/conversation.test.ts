import { describe, expect, it } from 'vitest';
import { samplingSchema } from '../../../src-shared/model.ts';
import type { Answer, Exchange } from './chat-state.ts';
import { messagesFor, samplingFor } from './conversation.ts';

function exchange(question: string, text: string, status: Answer['status']): Exchange {
  return {
    id: 1,
    question,
    answer: {
      attempt: 1,
      model: 'demo',
      status,
      text,
      cutShort: false,
      receipt: null,
      failure: null,
    },
  };
}

describe('what the model is told', () => {
  it('is the conversation so far and then the question', () => {
    expect(messagesFor([exchange('One?', 'Two.', 'done')], 'Three?')).toEqual([
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'Two.' },
      { role: 'user', content: 'Three?' },
    ]);
  });

  it('keeps what had come of a stopped answer and leaves out questions without an answer', () => {
    const before = [exchange('Stopped?', 'Half an', 'stopped'), exchange('Failed?', ' ', 'failed')];

    expect(messagesFor(before, 'Next?')).toEqual([
      { role: 'user', content: 'Stopped?' },
      { role: 'assistant', content: 'Half an' },
      { role: 'user', content: 'Next?' },
    ]);
  });
});

describe('how tokens are picked', () => {
  it('is greedy for the demo model, until another answer is asked for', () => {
    expect(samplingFor({ demo: true }, false, 0.5)).toEqual({ temperature: 0 });
    expect(samplingFor({ demo: true }, true, 0.5)).toMatchObject({ temperature: 0.7 });
  });

  it('takes a new seed each time, within the bounds that the host accepts', () => {
    const seeds = [0, 0.5, 0.999_999_999_9].map(
      (random) => samplingSchema.parse(samplingFor({ demo: false }, false, random)).seed,
    );

    expect(new Set(seeds).size).toBe(3);
  });
});
