import { describe, expect, it } from 'vitest';
import type { ChatEvent, ChatRequestInput, Receipt } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { ConnectionLostError } from '../host-client/host-client.ts';
import { ChatSession, type AskedModel } from './chat-session.ts';

const demo: AskedModel = { id: 'a'.repeat(64), name: 'MindMesh Demo', demo: true };
const receipt: Receipt = {
  model: 'MindMesh Demo',
  stages: [],
  promptTokens: 3,
  tokens: 2,
  tokensPerSecond: 30,
  firstTokenMs: 5,
  totalMs: 70,
};

/** A session with a host and with animation frames that the test controls. */
function playedSession() {
  const chats: {
    request: ChatRequestInput;
    onEvent: (event: ChatEvent) => void;
    signal: AbortSignal;
    end: PromiseWithResolvers<void>;
  }[] = [];
  const frames: (() => void)[] = [];
  const session = new ChatSession({
    host: {
      chat: (request, onEvent, signal) => {
        const end = Promise.withResolvers<void>();
        chats.push({ request, onEvent, signal, end });
        return end.promise;
      },
    },
    nextFrame: (callback) => frames.push(callback),
  });
  return {
    session,
    frames,
    chat: (index: number) => {
      const chat = chats[index];
      if (chat === undefined) {
        throw new Error(`Chat ${index} was never asked for.`);
      }
      return chat;
    },
    say: (index: number, text: string) =>
      chats[index]?.onEvent({ type: 'text', choice: 0, text, tokens: 1 }),
    drawFrame: () => {
      for (const callback of frames.splice(0)) {
        callback();
      }
    },
    answer: () => session.getState().exchanges.at(-1)?.answer,
  };
}

/** Lets promise callbacks run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a chat session', () => {
  it('draws a thousand tokens that came within a frame once', () => {
    const { session, say, drawFrame, answer } = playedSession();
    session.ask('Count.', demo);
    let draws = 0;
    session.subscribe(() => {
      draws += 1;
    });

    for (let token = 0; token < 1000; token += 1) {
      say(0, 'x');
    }
    expect(answer()).toMatchObject({ text: '', status: 'waiting' });
    drawFrame();

    expect(answer()).toMatchObject({ text: 'x'.repeat(1000), status: 'streaming' });
    expect(draws).toBe(1);
  });

  it('ends an answer with its last words and its receipt without waiting for a frame', async () => {
    const { session, say, chat, answer } = playedSession();
    session.ask('Hello?', demo);

    say(0, 'Hi.');
    chat(0).onEvent({
      type: 'done',
      promptTokens: 3,
      completionTokens: 2,
      receipts: [receipt],
    });
    chat(0).end.resolve();
    await settled();

    expect(answer()).toMatchObject({ text: 'Hi.', status: 'done', receipt });
  });

  it('shows a stop at once, cancels at the host, and keeps what had come', async () => {
    const { session, say, chat, answer } = playedSession();
    session.ask('Count.', demo);
    say(0, 'One, two');

    session.stop();
    expect(answer()).toMatchObject({ text: 'One, two', status: 'stopped' });
    expect(chat(0).signal.aborted).toBe(true);

    say(0, ', three');
    chat(0).end.reject(new AppError('cancelled', 'Cancelled.'));
    await settled();
    expect(answer()).toMatchObject({ text: 'One, two', status: 'stopped', failure: null });
  });

  it('tells a failure of the host from a broken connection', async () => {
    const { session, chat, answer } = playedSession();
    session.ask('Hello?', demo);
    chat(0).end.reject(new AppError('no-route', 'Nobody hosts layer 3.'));
    await settled();
    expect(answer()?.failure).toEqual({
      kind: 'reported',
      code: 'no-route',
      message: 'Nobody hosts layer 3.',
    });

    session.retry(demo);
    chat(1).end.reject(new ConnectionLostError());
    await settled();
    expect(answer()?.failure).toEqual({ kind: 'connection-lost' });
  });

  it('asks a failed question again the same way, and an answered one with chance', async () => {
    const { session, chat, say } = playedSession();
    session.ask('Hello?', demo);
    chat(0).end.reject(new ConnectionLostError());
    await settled();

    session.retry(demo);
    say(1, 'Hi.');
    chat(1).end.resolve();
    await settled();
    session.retry(demo);

    expect(chat(1).request.sampling).toEqual({ temperature: 0 });
    expect(chat(2).request.sampling).toMatchObject({ temperature: 0.7 });
    expect(chat(2).request.messages).toEqual([{ role: 'user', content: 'Hello?' }]);
  });

  it('never runs two answers at once', () => {
    const { session, chat } = playedSession();
    session.ask('One?', demo);

    session.ask('Two?', demo);
    session.retry(demo);

    expect(session.getState().exchanges).toHaveLength(1);
    expect(() => chat(1)).toThrow('never asked');
  });

  it('starts a new conversation that the old answer cannot write into', async () => {
    const { session, say, chat, drawFrame } = playedSession();
    session.ask('Old?', demo);
    say(0, 'Old words');

    session.clear();
    session.ask('New?', demo);
    say(0, ' too late');
    say(1, 'New words');
    drawFrame();
    chat(0).end.reject(new AppError('cancelled', 'Cancelled.'));
    await settled();

    expect(session.getState().exchanges.map(({ answer }) => answer)).toMatchObject([
      { text: 'New words', status: 'streaming' },
    ]);
    expect(chat(1).request.messages).toEqual([{ role: 'user', content: 'New?' }]);
  });
});
