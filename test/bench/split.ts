/**
 * What cutting costs: a 1.1 GB model whole in one engine, and cut over two nodes that talk libp2p on loopback,
 * both asked the same by the same coordinator, in turns. Each engine may use both cores, as only one works at a
 * time. llama.cpp's own figures stand beside them when its tools were built.
 */
import { benchModel } from '../support/random-model.ts';
import { startChain, stopAll } from './chain-of-nodes.ts';
import { hasLlamaBench, hasRpcServer, llamaBench, startRpcServer } from './llama-tools.ts';
import { LocalCoordinator, type TokenTimes } from './local-coordinator.ts';
import { cachedModel } from './models.ts';
import { type Bench, say } from './report.ts';
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
    const whole = await startChain(path, name, layers, [0], threads);
    const cut = await startChain(path, name, layers, [0, layers / 2], threads);
    const askWhole = await LocalCoordinator.start(whole);
    const askCut = await LocalCoordinator.start(cut);
    const rpc = hasRpcServer ? await startRpcServer(threads) : undefined;
    const speeds = {
      whole: [] as number[],
      cut: [] as number[],
      bench: [] as number[],
      rpc: [] as number[],
    };
    let identical = true;
    try {
      await Promise.all([askWhole.untilComplete(), askCut.untilComplete()]);
      // Both read their weights from disk the first time.
      await askWhole.generate(prompt, 8);
      await askCut.generate(prompt, 8);
      for (let turn = 0; turn < rounds; turn += 1) {
        say(`Round ${turn + 1} of ${rounds} …`);
        const one = await askWhole.generate(prompt, tokensPerRound);
        const two = await askCut.generate(prompt, tokensPerRound);
        speeds.whole.push(speedOf(one));
        speeds.cut.push(speedOf(two));
        identical &&= one.every(({ token }, index) => token === two[index]?.token);
        if (hasLlamaBench) {
          speeds.bench.push(await llamaBench(path, threads, tokensPerRound));
        }
        if (rpc !== undefined) {
          speeds.rpc.push(await llamaBench(path, threads, tokensPerRound, rpc.address));
        }
      }
    } finally {
      await stopAll([askWhole, askCut, ...whole, ...cut]);
      await rpc?.stop();
    }
    const ratio = ratioTo(speeds.cut, speeds.whole);
    const toBench = ratioTo(speeds.whole, speeds.bench);
    const row = (way: string, samples: readonly number[]): Record<string, string | number> => ({
      way,
      'tokens/s (median)': round(median(samples), 2),
      'of whole (median of pairs)': round(ratioTo(samples, speeds.whole), 3),
    });
    return {
      rows: [
        row('whole, one engine', speeds.whole),
        row('cut over two nodes, libp2p', speeds.cut),
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

/** Median of the pairs' ratios: neighbours in time are compared, as the machine's speed drifts. */
function ratioTo(one: readonly number[], other: readonly number[]): number {
  return median(one.map((speed, index) => speed / (other[index] ?? Number.NaN)));
}

/** Tokens a second from the first to the last. */
function speedOf(tokens: readonly TokenTimes[]): number {
  const first = tokens[0]?.at ?? Number.NaN;
  const last = tokens.at(-1)?.at ?? Number.NaN;
  return ((tokens.length - 1) * 1000) / (last - first);
}
