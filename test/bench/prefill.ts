/**
 * Measures a prompt of 512 tokens through two stages, each on a core of its own. The prompt is cut into chunks, so
 * that the stages overlap, over two nodes and libp2p. It is compared to one stage after the other without any node,
 * in the faster of two ways: the whole prompt in one batch, or the same chunks. Then the conversation goes on with a
 * second question, whose history the stages still have.
 */
import { chunkSize } from '../../src-worker/node/sessions/asking/prefill-chunks.ts';
import { smallModel } from '../support/engine/random-model.ts';
import { startChain, stopAll } from './chain-of-nodes.ts';
import { LocalCoordinator } from './local-coordinator.ts';
import { cachedModel } from './models.ts';
import { pinToCore } from './process-usage.ts';
import { type Bench, say } from './report.ts';
import { SerialStages } from './serial-stages.ts';
import { median, round } from './statistics.ts';

/**
 * The shape of Qwen3 1.7B. With few layers, the halves would not take equally long: the feed-forward of the last
 * layer is computed for the last token alone.
 */
const layers = 28;
const model = {
  ...smallModel,
  name: 'Prefill',
  layers,
  width: 2048,
  heads: 16,
  kvHeads: 8,
  feedForward: 6144,
  type: 'Q8_0' as const,
};
const rounds = 3;
/** Tokens that a second turn adds: the answer and another question. */
const addedTokens = 60;

/** The prompt of a turn. Each one differs from its first token on, so that no stage has it already. */
function promptOf(turn: number, length = 512): number[] {
  return Array.from({ length }, (_, index) => 10 + ((turn + index * 37) % 240));
}

export const prefill: Bench = {
  about: '512 tokens through two overlapping stages against one after the other (ratio ≥ 1.6)',
  run: async () => {
    const path = await cachedModel('prefill-28x2048.gguf', model);
    const nodes = await startChain(path, model.name, layers, [0, layers / 2], 1);
    const asker = await LocalCoordinator.start(nodes);
    try {
      await asker.untilComplete();
      for (const [core, node] of nodes.entries()) {
        await node.untilServing();
        node.enginePids.forEach((pid) => pinToCore(pid, core));
      }
      const overlapped: number[] = [];
      const atOnce: number[] = [];
      const inChunks: number[] = [];
      const followUps: number[] = [];
      const chunk = chunkSize(promptOf(0).length, nodes.length, model.width);
      const firstToken = async (prompt: number[]): Promise<number> => {
        const start = performance.now();
        const [first] = await asker.generate(prompt, 1);
        return (first?.at ?? Number.NaN) - start;
      };
      const stages = await SerialStages.start(path, layers, layers / 2);
      try {
        for (let turn = 0; turn < rounds; turn += 1) {
          say(`Round ${turn + 1} of ${rounds} …`);
          const prompt = promptOf(turn);
          overlapped.push(await firstToken(prompt));
          followUps.push(await firstToken([...prompt, ...promptOf(turn, addedTokens)]));
          atOnce.push(await stages.run(prompt, prompt.length));
          inChunks.push(await stages.run(prompt, chunk));
        }
      } finally {
        await stages.stop();
      }
      const serialMs = Math.min(median(atOnce), median(inChunks));
      const overlappedMs = median(overlapped);
      return {
        rows: [
          { way: 'one after the other, one batch', 'ms (median)': round(median(atOnce), 1) },
          {
            way: `one after the other, ${chunk} tokens a batch`,
            'ms (median)': round(median(inChunks), 1),
          },
          { way: 'overlapping, over libp2p', 'ms (median)': round(overlappedMs, 1) },
          {
            way: `a follow-up with ${addedTokens} tokens more`,
            'ms (median)': round(median(followUps), 1),
          },
        ],
        remarks: [
          `512 tokens, ${layers} layers of width ${model.width}, one thread and one core a stage.`,
          'The time of the overlapping way includes opening the session on both nodes and the first token.',
        ],
        figures: {
          ratio: round(serialMs / overlappedMs, 3),
          serialMs: round(serialMs, 1),
          overlappedMs: round(overlappedMs, 1),
          followUpMs: round(median(followUps), 1),
        },
      };
    } finally {
      await stopAll([asker, ...nodes]);
    }
  },
};
