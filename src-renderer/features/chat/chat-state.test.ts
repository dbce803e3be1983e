import { describe, expect, it } from 'vitest';
import { emptyChat, isAnswering, nextChat, type ChatAction, type ChatState } from './chat-state.ts';

function after(...actions: ChatAction[]): ChatState {
  return actions.reduce(nextChat, emptyChat);
}

const asked: ChatAction = { type: 'asked', attempt: 1, model: 'demo', question: 'Why?' };
const receipt = {
  model: 'demo',
  stages: [],
  promptTokens: 3,
  tokens: 2,
  tokensPerSecond: 30,
  firstTokenMs: 5,
  totalMs: 70,
};

describe('a conversation', () => {
  it('goes from a question over streamed text to an answer with its receipt', () => {
    const state = after(
      asked,
      { type: 'text', attempt: 1, text: 'Because' },
      { type: 'text', attempt: 1, text: ' so.' },
      { type: 'done', attempt: 1, receipt },
    );

    expect(state.exchanges).toEqual([
      {
        id: 1,
        question: 'Why?',
        answer: {
          attempt: 1,
          model: 'demo',
          status: 'done',
          text: 'Because so.',
          cutShort: false,
          receipt,
          failure: null,
        },
      },
    ]);
    expect(isAnswering(state)).toBe(false);
  });

  it('is answering from the question until the answer ends', () => {
    expect(isAnswering(emptyChat)).toBe(false);
    expect(isAnswering(after(asked))).toBe(true);
    expect(isAnswering(after(asked, { type: 'text', attempt: 1, text: 'Be' }))).toBe(true);
    expect(isAnswering(after(asked, { type: 'stopped', attempt: 1 }))).toBe(false);
  });

  it('keeps the text that had come when the answer is stopped, and takes no more', () => {
    const stopped = after(
      asked,
      { type: 'text', attempt: 1, text: 'Be' },
      { type: 'stopped', attempt: 1 },
    );

    const later = nextChat(stopped, { type: 'text', attempt: 1, text: 'cause' });

    expect(later).toBe(stopped);
    expect(later.exchanges[0]?.answer).toMatchObject({ text: 'Be', status: 'stopped' });
  });

  it('ignores the late words of an attempt that was retried', () => {
    const retried = after(
      asked,
      { type: 'text', attempt: 1, text: 'Be' },
      { type: 'retried', attempt: 2, model: 'other' },
    );

    expect(nextChat(retried, { type: 'text', attempt: 1, text: 'cause' })).toBe(retried);
    expect(retried.exchanges[0]?.answer).toMatchObject({
      text: '',
      status: 'waiting',
      model: 'other',
    });
  });

  it('ignores the late words of a conversation that was cleared away', () => {
    const cleared = after(asked, { type: 'cleared' });

    expect(nextChat(cleared, { type: 'text', attempt: 1, text: 'cause' })).toBe(cleared);
    expect(cleared).toEqual({ conversation: 1, exchanges: [] });
  });

  it('keeps a failure with the text that came before it', () => {
    const failure = { kind: 'reported', code: 'engine-died', message: 'It died.' } as const;
    const state = after(
      asked,
      { type: 'text', attempt: 1, text: 'Be' },
      { type: 'failed', attempt: 1, failure },
    );

    expect(state.exchanges[0]?.answer).toMatchObject({ status: 'failed', text: 'Be', failure });
  });

  it('leaves earlier exchanges the very same objects, so that they are not drawn again', () => {
    const first = after(asked, { type: 'done', attempt: 1, receipt: null });
    const second = nextChat(first, { ...asked, attempt: 2, question: 'And then?' });
    const third = nextChat(second, { type: 'text', attempt: 2, text: 'Nothing.' });

    expect(third.exchanges[0]).toBe(first.exchanges[0]);
  });

  it('remembers that the answer was cut short by the context', () => {
    const state = after(
      asked,
      { type: 'cut-short', attempt: 1 },
      { type: 'done', attempt: 1, receipt },
    );

    expect(state.exchanges[0]?.answer.cutShort).toBe(true);
  });
});
