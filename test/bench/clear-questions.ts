/**
 * Questions whose greedy answers do not depend on rounding. Where two tokens are nearly equally likely, the last bits
 * decide between them, and these depend on what else is in the batch and on the sequence's place in the cache; two
 * questions at once are enough. So a benchmark that compares texts asks only questions in whose answers every token
 * is clearly likelier than the next one.
 */
import { appFiles } from '../../src-main/base/app-files.ts';
import type { ChatEvent, ChatMessage } from '../../src-shared/chat.ts';
import { NodeProcess } from '../support/host/node-process.ts';

/** Least difference of the two likeliest tokens' log-probabilities; rounding moves them by about a hundredth. */
const leastMargin = 0.03;
/** Questions and answers before the question, which together have some 520 to 570 tokens. */
const turns = 22;
const topic: readonly (readonly [question: string, answer: string])[] = [
  [
    'What is MindMesh?',
    'MindMesh is a desktop app that turns idle graphics cards into one network that runs open language models. It works while your machine is idle and pauses when you start a game.',
  ],
  [
    'How do I earn credits?',
    'You earn credits while your machine is idle and answers the questions of other peers.',
  ],
  [
    'What is a book?',
    'A book is a set of pages with text or pictures. People read books to learn or to enjoy a story.',
  ],
  ['Count from 3 to 15.', '3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15.'],
  ['What is the capital of France?', 'The capital of France is Paris.'],
  ['What is the capital of Norway?', 'The capital of Norway is Oslo.'],
  ['What is the capital of Spain?', 'The capital of Spain is Madrid.'],
  ['What colour is grass?', 'Grass is green.'],
  ['What colour is the sky?', 'The sky is blue.'],
  ['What is the opposite of big?', 'The opposite of big is small.'],
  ['What is the opposite of hot?', 'The opposite of hot is cold.'],
  ['What is 7 plus 5?', '7 plus 5 is 12.'],
  ['What is 9 minus 4?', '9 minus 4 is 5.'],
  ['How many days has a week?', 'A week has seven days.'],
  ['How many legs does a spider have?', 'A spider has eight legs.'],
];
const mostTokens = 200;

export type ClearQuestion = {
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  /** The answer of a single machine with the whole model and no other work. */
  readonly expected: string;
};

export class ClearQuestions {
  readonly #node: NodeProcess;
  #tried = 0;

  /** @param model path of a demo model that takes conversations of this length */
  static async start(model: string): Promise<ClearQuestions> {
    const node = await NodeProcess.start({
      bundledModels: [model],
      shards: [{ model: appFiles().demoModelName, layers: { firstLayer: 0, lastLayer: 5 } }],
      engine: { threads: 1, backend: 'cpu', contextLength: 1024 },
    });
    await node.untilServing();
    return new ClearQuestions(node);
  }

  private constructor(node: NodeProcess) {
    this.#node = node;
  }

  /** A new question each time; the same sequence in every run. */
  async next(): Promise<ClearQuestion> {
    for (;;) {
      this.#tried += 1;
      const messages = conversation(this.#tried);
      const events = await this.#node.chat({
        model: appFiles().demoModelName,
        messages,
        sampling: { temperature: 0, topLogprobs: 2 },
        maxTokens: mostTokens,
      }).over;
      if (marginOf(events) >= leastMargin) {
        const expected = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
        return { messages, maxTokens: mostTokens, expected };
      }
    }
  }

  async stop(): Promise<void> {
    await this.#node.stop();
  }
}

function conversation(number: number): ChatMessage[] {
  // A Fisher-Yates shuffle with the random numbers of Park and Miller.
  const order = [...topic];
  let state = number * 7919;
  for (let last = order.length - 1; last > 0; last -= 1) {
    state = (state * 48_271) % 2_147_483_647;
    const index = state % (last + 1);
    const [one, other] = [order[last], order[index]];
    if (one !== undefined && other !== undefined) {
      [order[index], order[last]] = [one, other];
    }
  }
  const before = [...order, ...order]
    .slice(0, turns)
    .flatMap(([question, answer]): ChatMessage[] => [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ]);
  return [...before, { role: 'user', content: 'Tell me a story about a dog.' }];
}

/** The margin of the least certain token. */
function marginOf(events: readonly ChatEvent[]): number {
  const details = events.flatMap((event) => (event.type === 'text' ? (event.details ?? []) : []));
  return Math.min(
    ...details.map(({ top: [first, second] }) => (first?.logprob ?? 0) - (second?.logprob ?? 0)),
  );
}
