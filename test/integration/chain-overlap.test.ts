/**
 * Nodes whose layers overlap answer together as the whole model does: the first one is used up to the layer where the
 * next begins.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, longModel, NodeChain } from '../support/sessions/node-chain.ts';

const questions = ['What is this?', 'Count to ten, and then back to one.', 'Why?'];
const answerTokens = 60;
/** Long enough for its pieces to stay in the stages' caches. */
const longQuestion = 'Do two halves that overlap make a whole? '.repeat(40);

const lastLayer = longModel.layers - 1;
const middle = longModel.layers / 2;

let whole: Answer[];
let chain: NodeChain;
beforeAll(async () => {
  const alone = await NodeChain.start([{ firstLayer: 0, lastLayer }]);
  try {
    whole = [];
    for (const question of questions) {
      whole.push(await alone.ask(question, answerTokens));
    }
  } finally {
    await alone.stop();
  }
  chain = await NodeChain.start([
    { firstLayer: 0, lastLayer: middle },
    { firstLayer: middle - 1, lastLayer },
  ]);
});
afterAll(() => chain.stop());

it('gives the whole model’s greedy answers, each layer computed once', async () => {
  for (const [index, question] of questions.entries()) {
    const { tokens, stages } = await chain.ask(question, answerTokens);
    expect(tokens).toEqual(whole[index]?.tokens);
    expect(stages.map((stage) => [stage.peer, stage.firstLayer, stage.lastLayer])).toEqual([
      [chain.hosting[0]?.status.peer, 0, middle - 2],
      [chain.hosting[1]?.status.peer, middle - 1, lastLayer],
    ]);
  }
});

it('goes on with what its stages have of an earlier question', async () => {
  const answer = await chain.ask(longQuestion, answerTokens);
  const again = await chain.ask(longQuestion, answerTokens);
  expect(answer.cachedTokens).toBe(0);
  expect(again.cachedTokens).toBeGreaterThan(500);
  expect(again.tokens).toEqual(answer.tokens);
});

it('answers several at once', async () => {
  const answers = await Promise.all(questions.map((question) => chain.ask(question, answerTokens)));
  expect(answers.map(({ tokens }) => tokens.length)).toEqual(questions.map(() => answerTokens));
  await chain.untilNothingRuns();
});
