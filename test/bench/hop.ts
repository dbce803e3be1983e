/**
 * What one more stage adds to a token beside its computing. The same small model is cut over two and over three
 * nodes. A token's overhead is the time since the token before, less the computing of all engines. The hop is the
 * overhead of a token over three stages, less the median overhead over two stages. Rounds alternate.
 */
import { samplingSchema } from '../../src-shared/model.ts';
import { EngineClient } from '../../src-worker/node/engines/engine-client.ts';
import { segmentFlags } from '../../src-worker/wire/segment.ts';
import { smallModel } from '../support/engine/random-model.ts';
import { startChain, stopAll } from './chain-of-nodes.ts';
import { LocalCoordinator, type TokenTimes } from './local-coordinator.ts';
import { cachedModel } from './models.ts';
import { type Bench, type BenchResult, say } from './report.ts';
import { median, quantile, round } from './statistics.ts';

const widths = [2048, 4096];
const layers = 3;
const rounds = 6;
const tokensPerRound = 200;
/** The first tokens of a session meet empty processor caches. */
const warmUpTokens = 20;
const prompt = Array.from({ length: 16 }, (_, index) => index + 40);

type Row = BenchResult['rows'][number];

export const hop: Bench = {
  about: 'what one more stage adds to a token beyond its compute (p50 ≤ 0.8 ms)',
  run: async () => {
    const rows: Row[] = [];
    const remarks: string[] = [];
    const p50: number[] = [];
    const p99: number[] = [];
    for (const width of widths) {
      const model = { ...smallModel, name: `Hop ${width}`, layers, width, type: 'Q8_0' as const };
      const path = await cachedModel(`hop-${width}.gguf`, model);
      const samples = await measureHops(path, model.name);
      const engineMs = await measureEngineLink(path, width);
      p50.push(median(samples));
      p99.push(quantile(samples, 0.99));
      rows.push({
        activation: `${(width * 4) / 1024} KB`,
        tokens: samples.length,
        'hop p50 (ms)': round(median(samples), 3),
        'hop p90 (ms)': round(quantile(samples, 0.9), 3),
        'hop p99 (ms)': round(quantile(samples, 0.99), 3),
        'of it node ↔ engine p50 (ms)': round(engineMs, 3),
      });
      remarks.push(
        `${(width * 4) / 1024} KB: of ${round(median(samples), 2)} ms, ${round(engineMs, 2)} ms pass between node and engine (two local ` +
          `sockets, one wake-up each); the rest is TLS, yamux and the two nodes' event loops.`,
      );
    }
    return {
      rows,
      remarks,
      figures: { p50Ms: round(Math.max(...p50), 3), p99Ms: round(Math.max(...p99), 3) },
    };
  },
};

async function measureHops(path: string, name: string): Promise<number[]> {
  const two = await startChain(path, name, layers, [0, 2], 1);
  const three = await startChain(path, name, layers, [0, 1, 2], 1);
  const askers = [await LocalCoordinator.start(two), await LocalCoordinator.start(three)] as const;
  try {
    await Promise.all(askers.map((asker) => asker.untilComplete()));
    const overTwo: number[] = [];
    const overThree: number[] = [];
    for (let turn = 0; turn < rounds; turn += 1) {
      say(`Round ${turn + 1} of ${rounds} with ${name} …`);
      overTwo.push(...overheads(await askers[0].generate(prompt, tokensPerRound)));
      overThree.push(...overheads(await askers[1].generate(prompt, tokensPerRound)));
    }
    const base = median(overTwo);
    return overThree.map((overhead) => overhead - base);
  } finally {
    await stopAll([...askers, ...two, ...three]);
  }
}

function overheads(tokens: readonly TokenTimes[]): number[] {
  return tokens.slice(warmUpTokens).map(({ at, computeMs }, index) => {
    const before = tokens[warmUpTokens + index - 1]?.at ?? at;
    return at - before - computeMs;
  });
}

/** Median time that a token's hidden state takes to an engine and back, beside its computing, in milliseconds. */
async function measureEngineLink(path: string, width: number): Promise<number> {
  const arrived: { resolve?: (computeMicros: number) => void } = {};
  const engine = await EngineClient.start(
    { path, role: 'whole', threads: 1, backend: 'cpu', contextLength: 1024 },
    {
      onOutput: ({ computeMicros }) => arrived.resolve?.(computeMicros),
      onSessionFailed: () => {},
      onExit: () => {},
    },
  );
  try {
    await engine.open({ session: 1, sampling: samplingSchema.parse({ temperature: 0 }) });
    const samples: number[] = [];
    const values = new Uint8Array(Int32Array.of(42).buffer);
    for (let position = 0; position < tokensPerRound; position += 1) {
      const start = performance.now();
      const computeMicros = await new Promise<number>((resolve) => {
        arrived.resolve = resolve;
        engine.send({
          session: 1,
          position,
          count: 1,
          flags: segmentFlags.sample,
          computeMicros: 0,
          values,
        });
      });
      samples.push(performance.now() - start - computeMicros / 1000);
    }
    say(`Engine link measured at width ${width}.`);
    return median(samples.slice(warmUpTokens));
  } finally {
    await engine.stop();
  }
}
