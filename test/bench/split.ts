/**
 * What cutting a model costs: a model of 1.1 GB, whole in one engine of the asking node, against the same model cut
 * over two nodes, one of which asks, connected by libp2p on loopback. Both get the same questions in turns. Each
 * engine may use both cores, as only one works at a time. llama.cpp's own figures are added where its tools were
 * built.
 */
import { benchModel } from '../support/engine/random-model.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { stopAll } from './chain-of-nodes.ts';
import { hasLlamaBench, hasRpcServer, llamaBench, startRpcServer } from './llama-tools.ts';
import { LocalCoordinator, type LocalShard, type TokenTimes } from './local-coordinator.ts';
import { cachedModel } from './models.ts';
import { type Bench, type BenchResult, say } from './report.ts';
import { median, round } from './statistics.ts';

const threads = 2;
const rounds = 7;
const tokensPerRound = 48;
const prompt = Array.from({ length: 16 }, (_, index) => 300 + index * 97);

export const split: Bench = {
  about: 'a 1.1 GB model cut over two nodes against whole (ratio ≥ 0.95), and against llama.cpp',
  run: async () => {
    const path = await cachedModel('split-1.1b.gguf', benchModel);
    const { name, layers } = benchModel;
    const shard = (firstLayer: number, lastLayer: number): LocalShard => ({
      modelPath: path,
      modelName: name,
      layers: { firstLayer, lastLayer },
      threads,
    });
    const half = layers / 2;
    const other = await NodeProcess.start({
      bundledModels: [path],
      shards: [{ model: name, layers: { firstLayer: half, lastLayer: layers - 1 } }],
      engine: { threads, backend: 'cpu', contextLength: 2048, maxSessions: 2 },
    });
    await other.untilServing();
    const askWhole = await LocalCoordinator.start([], shard(0, layers - 1));
    const askCut = await LocalCoordinator.start([other], shard(0, half - 1));
    const rpc = hasRpcServer ? await startRpcServer(threads) : undefined;
    const speeds = {
      whole: [] as number[],
      cut: [] as number[],
      bench: [] as number[],
      rpc: [] as number[],
    };
    const computing = { whole: [] as number[], cut: [] as number[] };
    let identical = true;
    try {
      await Promise.all([askWhole.untilComplete(), askCut.untilComplete()]);
      // The first answer reads the weights from disk.
      await askWhole.generate(prompt, 8);
      await askCut.generate(prompt, 8);
      for (let turn = 0; turn < rounds; turn += 1) {
        say(`Round ${turn + 1} of ${rounds} …`);
        const one = await askWhole.generate(prompt, tokensPerRound);
        const two = await askCut.generate(prompt, tokensPerRound);
        speeds.whole.push(speedOf(one));
        speeds.cut.push(speedOf(two));
        computing.whole.push(...one.slice(1).map(({ computeMs }) => computeMs));
        computing.cut.push(...two.slice(1).map(({ computeMs }) => computeMs));
        identical &&= one.every(({ token }, index) => token === two[index]?.token);
        if (hasLlamaBench) {
          speeds.bench.push(await llamaBench(path, threads, tokensPerRound));
        }
        if (rpc !== undefined) {
          speeds.rpc.push(await llamaBench(path, threads, tokensPerRound, rpc.address));
        }
      }
    } finally {
      await stopAll([askWhole, askCut, other]);
      await rpc?.stop();
    }
    const ratio = ratioTo(speeds.cut, speeds.whole);
    const toBench = ratioTo(speeds.whole, speeds.bench);
    const row = (
      way: string,
      samples: readonly number[],
      computeMs: readonly number[] = [],
    ): BenchResult['rows'][number] => ({
      way,
      'tokens/s (median)': round(median(samples), 2),
      'of whole (median of pairs)': round(ratioTo(samples, speeds.whole), 3),
      'ms a token': round(1000 / median(samples), 2),
      'of it computing': computeMs.length === 0 ? '' : round(median(computeMs), 2),
    });
    return {
      rows: [
        row('whole, one engine', speeds.whole, computing.whole),
        row('cut over two nodes, libp2p', speeds.cut, computing.cut),
        ...(hasLlamaBench ? [row('llama-bench', speeds.bench)] : []),
        ...(rpc === undefined ? [] : [row('llama.cpp RPC, half the layers', speeds.rpc)]),
      ],
      remarks: [
        `${rounds} rounds of ${tokensPerRound} tokens in turns, ${threads} threads each; greedy tokens ${identical ? 'identical' : 'DIFFERENT'}.`,
        ...(hasLlamaBench ? [] : ['For llama.cpp beside it: test/bench/build-llama-tools.sh']),
      ],
      figures: {
        ratio: round(ratio, 3),
        whole: round(median(speeds.whole), 2),
        cut: round(median(speeds.cut), 2),
        identical,
        wholeToLlamaBench: hasLlamaBench ? round(toBench, 3) : null,
        rpcToWhole: rpc === undefined ? null : round(ratioTo(speeds.rpc, speeds.whole), 3),
      },
    };
  },
};

/** Median of the ratios of pairs. Each pair is close in time, as the machine's speed changes. */
function ratioTo(one: readonly number[], other: readonly number[]): number {
  return median(one.map((speed, index) => speed / (other[index] ?? Number.NaN)));
}

/** Tokens per second, from the first token to the last. */
function speedOf(tokens: readonly TokenTimes[]): number {
  const first = tokens[0]?.at ?? Number.NaN;
  const last = tokens.at(-1)?.at ?? Number.NaN;
  return ((tokens.length - 1) * 1000) / (last - first);
}
