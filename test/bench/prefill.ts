/**
 * A prompt of 512 tokens through two stages, each pinned to a core of its own: cut into chunks so that the stages
 * overlap, over two nodes and libp2p, against one stage after the other with the whole prompt in one batch each.
 */
import { smallModel } from '../support/random-model.ts';
import { startChain, stopAll } from './chain-of-nodes.ts';
import { LocalCoordinator } from './local-coordinator.ts';
import { cachedModel } from './models.ts';
import { pinToCore } from './process-usage.ts';
import { type Bench, say } from './report.ts';
import { SerialStages } from './serial-stages.ts';
import { median, round } from './statistics.ts';

const layers = 8;
const model = {
  ...smallModel,
  name: 'Prefill',
  layers,
  width: 1024,
  heads: 16,
  kvHeads: 4,
  feedForward: 2816,
  type: 'Q8_0' as const,
};
const rounds = 5;
const prompt = Array.from({ length: 512 }, (_, index) => 10 + ((index * 37) % 240));

export const prefill: Bench = {
  about: '512 tokens through two overlapping stages against one after the other (ratio ≥ 1.6)',
  run: async () => {
    const path = await cachedModel('prefill.gguf', model);
    const nodes = await startChain(path, model.name, layers, [0, layers / 2], 1);
    const asker = await LocalCoordinator.start(nodes);
    try {
      await asker.untilComplete();
      for (const [core, node] of nodes.entries()) {
        await node.untilServing();
        node.enginePids.forEach((pid) => pinToCore(pid, core));
      }
      const overlapped: number[] = [];
      const serial: number[] = [];
      const stages = await SerialStages.start(path, layers, layers / 2);
      try {
        for (let turn = 0; turn < rounds; turn += 1) {
          say(`Round ${turn + 1} of ${rounds} …`);
          const start = performance.now();
          const [first] = await asker.generate(prompt, 1);
          overlapped.push((first?.at ?? Number.NaN) - start);
          serial.push(await stages.run(turn + 1, prompt));
        }
      } finally {
        await stages.stop();
      }
      const ratio = median(serial) / median(overlapped);
      return {
        rows: [
          { way: 'one stage after the other', 'ms (median)': round(median(serial), 1) },
          { way: 'overlapping, over libp2p', 'ms (median)': round(median(overlapped), 1) },
        ],
        remarks: [
          `512 tokens, ${layers} layers of width ${model.width}, one thread and one core a stage.`,
          'The time of the overlapping way includes opening the session on both nodes and the first token.',
        ],
        figures: {
          ratio: round(ratio, 3),
          serialMs: round(median(serial), 1),
          overlappedMs: round(median(overlapped), 1),
        },
      };
    } finally {
      await stopAll([asker, ...nodes]);
    }
  },
};
