/**
 * A model cut over several node processes answers as the whole one does, and every stage stops when its requester
 * does.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, longAnswer, longModel, NodeChain } from '../support/sessions/node-chain.ts';

const questions = [
  'What is this?',
  'Count to ten, and then back to one.',
  'Why?',
  'Say something nice about graphics cards.',
];
/** The more nodes there are, the more pieces it is cut into. */
const longQuestion = 'Is a chain as good as the whole? '.repeat(40);
const answerTokens = 60;
/** The time until every stage knows that the requester is gone, on a busy machine, in milliseconds. */
const momentMs = 1500;

const cuts = [
  { over: 'two nodes', starts: [0, 2] },
  { over: 'three nodes', starts: [0, 1, 3] },
];

let whole: Answer[];
beforeAll(async () => {
  const chain = await NodeChain.start([{ firstLayer: 0, lastLayer: longModel.layers - 1 }]);
  try {
    whole = [];
    for (const question of [...questions, longQuestion]) {
      whole.push(await chain.ask(question, answerTokens));
    }
  } finally {
    await chain.stop();
  }
});

it('the whole model gives answers that differ, so that mixing them up would show', () => {
  expect(new Set(whole.map(textOf)).size).toBe(whole.length);
});

function textOf({ tokens }: Answer): string {
  return tokens.map(({ token }) => token).join('');
}

/**
 * Other batches round differently, by up to 0.02 in a log-probability. So an answer is right when it leaves the
 * expected one only where two tokens are nearly equally likely.
 */
function expectSameUpToTies(answer: Answer | undefined, expected: Answer): void {
  const at = expected.tokens.findIndex(
    ({ token }, index) => answer?.tokens[index]?.token !== token,
  );
  expect(at === -1 ? 0 : expected.tokens[at]?.lead).toBeLessThan(0.05);
}

describe.each(cuts)('a model that is cut over $over', ({ starts }) => {
  let chain: NodeChain;
  beforeAll(async () => {
    chain = await NodeChain.start(
      starts.map((firstLayer, index) => ({
        firstLayer,
        lastLayer: (starts[index + 1] ?? longModel.layers) - 1,
      })),
    );
  });
  afterAll(() => chain.stop());

  it('gives the whole model’s greedy answers, computed by every node in its turn', async () => {
    for (const [index, question] of questions.entries()) {
      const { tokens, stages } = await chain.ask(question, answerTokens);
      expect(tokens).toEqual(whole[index]?.tokens);
      expect(stages.map(({ peer }) => peer)).toEqual(
        chain.hosting.map(({ status }) => status.peer),
      );
      expect(stages.map(({ firstLayer }) => firstLayer)).toEqual(starts);
    }
  });

  it('answers a long question, which comes in pieces', async () => {
    const answer = await chain.ask(longQuestion, answerTokens);
    expectSameUpToTies(answer, whole.at(-1) ?? answer);
    // The stages still have what they computed for the first request, and go on as if they had computed it again.
    const again = await chain.ask(longQuestion, answerTokens);
    expect([answer.cachedTokens, again.cachedTokens % 64]).toEqual([0, 0]);
    expect(again.cachedTokens).toBeGreaterThan(500);
    expect(again.tokens).toEqual(answer.tokens);
  });

  it('answers several chats at once, each as if it were alone', async () => {
    const asked = [...questions, longQuestion].map((question) => chain.ask(question, answerTokens));
    const answers = await Promise.all(asked);
    for (const [index, expected] of whole.entries()) {
      expectSameUpToTies(answers[index], expected);
    }
    await chain.untilNothingRuns();
  });

  it('stops on every node when the client disconnects', async () => {
    const { rest, abort } = await chain.begin();
    await chain.untilAllWork();
    const abortedAt = performance.now();
    abort();
    await chain.untilNothingRuns();
    expect(performance.now() - abortedAt).toBeLessThan(momentMs);
    await rest;
    const next = await chain.ask(questions[0] ?? '', answerTokens);
    expect(next.tokens).toEqual(whole[0]?.tokens);
  });

  it('stops on every node when the host cancels the chat', async () => {
    const asked = chain.asker.chat({
      model: longModel.name,
      messages: [{ role: 'user', content: 'Tell me everything.' }],
      maxTokens: longAnswer,
    });
    const outcome = asked.over.catch((error: unknown) => error);
    await chain.untilAllWork();
    const cancelledAt = performance.now();
    asked.cancel();
    expect(await outcome).toMatchObject({ code: 'cancelled' });
    await chain.untilNothingRuns();
    expect(performance.now() - cancelledAt).toBeLessThan(momentMs);
  });

  it('stops on every node when the asking node is killed', async () => {
    const { rest } = await chain.begin();
    await chain.untilAllWork();
    const killedAt = performance.now();
    await chain.asker.kill();
    await chain.untilNothingRuns();
    expect(performance.now() - killedAt).toBeLessThan(momentMs);
    await expect(rest).rejects.toThrow(/terminated|closed|socket/);
  });
});
