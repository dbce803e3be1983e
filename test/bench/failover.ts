/**
 * What an answer notices when a stage of its chain is killed, or announces that it leaves and goes: the longest time
 * without a token, and whether the text is the one that it would have been.
 */
import { appFiles } from '../../src-main/app-files.ts';
import type { LayerRange } from '../../src-shared/model.ts';
import { NodeProcess } from '../support/node-process.ts';
import { stopAll } from './chain-of-nodes.ts';
import { type Bench, say } from './report.ts';
import { quantile, round } from './statistics.ts';

/** Kills and departures each. */
const rounds = 45;

const { demoModel, demoModelName } = appFiles();
const thirds: readonly LayerRange[] = [
  { firstLayer: 0, lastLayer: 1 },
  { firstLayer: 2, lastLayer: 3 },
  { firstLayer: 4, lastLayer: 5 },
];
/**
 * A conversation of some 350 tokens, and a story of 100 to 200 to come. No two rounds begin alike, or the stages would
 * have the prompt in their caches.
 */
const conversation = (round: number) => [
  ...[
    `${round}: What is MindMesh?`,
    'How do I earn credits?',
    'Who can see my questions?',
    'What is a layer?',
  ].flatMap((question) => [
    { role: 'user' as const, content: question },
    {
      role: 'assistant' as const,
      content:
        'MindMesh is a desktop app that turns idle graphics cards into one network that runs open language models. It works while your machine is idle and pauses when you start a game.',
    },
  ]),
  { role: 'user' as const, content: 'Tell me a long story.' },
];
const answerTokens = 200;

type Outcome = {
  readonly text: string;
  /** In milliseconds: the longest pause between tokens after what was done. */
  readonly stallMs: number;
  readonly firstTokenMs: number;
  readonly tookMs: number;
  readonly takeovers: number;
};
/** Whether the text is what it is when nothing happens. */
type DisturbedOutcome = Outcome & { readonly isSame: boolean };
type Disturbance = (victim: NodeProcess) => Promise<unknown>;

export const failover: Bench = {
  about: `a stage is killed (${rounds} times) or leaves in order (${rounds} times): stall p99 ≤ 2 s and ≤ 0.3 s, same text`,
  run: async () => {
    const mesh = new SparedMesh();
    try {
      await mesh.start();
      const undisturbed = await mesh.answer(0);
      const killed = await disturb(mesh, undisturbed, 'killed', 1, (victim) => victim.kill());
      const left = await disturb(mesh, undisturbed, 'left', 1 + rounds, async (victim) => {
        const because = 'The benchmark leaves';
        await victim.request('setWork', { state: 'draining', answersOwner: false, because });
        // What the owner's need leaves a stage.
        await new Promise((resolve) => {
          setTimeout(resolve, 400);
        });
        await victim.kill();
      });
      const identical = [...killed, ...left].every(({ isSame }) => isSame);
      const stalls = killed.map(({ stallMs }) => stallMs);
      const leaveStalls = left.map(({ stallMs }) => stallMs);
      const figures = {
        stallP50Ms: round(quantile(stalls, 0.5), 0),
        stallP99Ms: round(quantile(stalls, 0.99), 0),
        drainStallP99Ms: round(quantile(leaveStalls, 0.99), 0),
        identical,
      };
      return {
        rows: [
          { what: 'killed: stall, median (ms)', value: figures.stallP50Ms, limit: '' },
          { what: 'killed: stall, p99 (ms)', value: figures.stallP99Ms, limit: 2000 },
          { what: 'left: stall, p99 (ms)', value: figures.drainStallP99Ms, limit: 300 },
          { what: 'same text', value: identical ? 'yes' : 'no', limit: 'yes' },
        ],
        remarks: [
          `Undisturbed, the answer takes ${round(undisturbed.tookMs, 0)} ms, its first token ${round(undisturbed.firstTokenMs, 0)} ms, with pauses of up to ${round(undisturbed.stallMs, 0)} ms.`,
          `Another chain took over in ${count(killed)} of ${rounds} killings and ${count(left)} of ${rounds} departures; the others came before the first or after the last token.`,
        ],
        figures,
      };
    } finally {
      await mesh.stop();
    }
  },
};

/** Two nodes for each third, and one that asks. */
class SparedMesh {
  readonly #hosting = new Map<NodeProcess, LayerRange>();
  #asker: NodeProcess | undefined;

  async start(): Promise<void> {
    await Promise.all([...thirds, ...thirds].map((layers) => this.#host(layers)));
    const addresses = [...this.#hosting.keys()].flatMap(({ status }) => status.addresses);
    this.#asker = await NodeProcess.start({ staticPeers: addresses });
    await this.#untilAllKnown();
  }

  async answer(
    round: number,
    disturb?: {
      readonly afterMs: number;
      readonly with: Disturbance;
      readonly layers: LayerRange;
    },
  ): Promise<Outcome> {
    const asker = this.#askingNode();
    const startedAt = performance.now();
    let disturbedAt = startedAt;
    const times: number[] = [];
    let text = '';
    const { over } = asker.chat(
      {
        model: demoModelName,
        messages: conversation(round),
        sampling: { temperature: 0 },
        maxTokens: answerTokens,
      },
      (event) => {
        if (event.type === 'text') {
          times.push(performance.now());
          text += event.text;
        }
      },
    );
    let victim: NodeProcess | undefined;
    if (disturb !== undefined) {
      await new Promise((resolve) => {
        setTimeout(resolve, disturb.afterMs);
      });
      victim = await this.#working(disturb.layers);
      disturbedAt = performance.now();
      await disturb.with(victim);
    }
    const events = await over;
    const done = events.find((event) => event.type === 'done');
    if (victim !== undefined && disturb !== undefined) {
      await victim.stop();
      this.#hosting.delete(victim);
      await this.#host(disturb.layers);
      await this.#untilAllKnown();
    }
    return {
      text,
      stallMs: longestPause(times, disturbedAt),
      firstTokenMs: (times[0] ?? 0) - startedAt,
      tookMs: (times.at(-1) ?? 0) - startedAt,
      takeovers: done?.receipts[0]?.takeovers ?? 0,
    };
  }

  async stop(): Promise<void> {
    await stopAll([...this.#hosting.keys(), ...(this.#asker === undefined ? [] : [this.#asker])]);
  }

  #askingNode(): NodeProcess {
    if (this.#asker === undefined) {
      throw new Error('The asking node has not started');
    }
    return this.#asker;
  }

  async #host(layers: LayerRange): Promise<void> {
    const node = await NodeProcess.start({
      bundledModels: [demoModel],
      shards: [{ model: demoModelName, layers }],
      staticPeers: this.#asker?.status.addresses ?? [],
      engine: { threads: 1, backend: 'cpu', contextLength: 4096 },
    });
    this.#hosting.set(node, layers);
    await node.untilServing();
  }

  /** The node with these layers that has the session, or either when none has. */
  async #working({ firstLayer }: LayerRange): Promise<NodeProcess> {
    const candidates = [...this.#hosting].flatMap(([node, layers]) =>
      layers.firstLayer === firstLayer ? [node] : [],
    );
    const statuses = await Promise.all(candidates.map((node) => node.request('status', {})));
    const index = statuses.findIndex(({ shards }) => shards.some(({ sessions }) => sessions > 0));
    const node = candidates[Math.max(0, index)];
    if (node === undefined) {
      throw new Error(`Nobody hosts the layers from ${firstLayer} on`);
    }
    return node;
  }

  async #untilAllKnown(): Promise<void> {
    const wanted = [...this.#hosting.keys()].map(({ status }) => status.peer);
    await this.#askingNode().until(
      ({ peers }) =>
        wanted.every((peer) =>
          peers.some((known) => known.peer === peer && known.connected && known.shards.length > 0),
        ),
      'the asking node knows all the others',
    );
  }
}

async function disturb(
  mesh: SparedMesh,
  undisturbed: Outcome,
  what: string,
  firstRound: number,
  how: Disturbance,
): Promise<DisturbedOutcome[]> {
  const outcomes: DisturbedOutcome[] = [];
  while (outcomes.length < rounds) {
    // Spread over prefill and decoding, and over the stages, the same in every run.
    const place = (outcomes.length * 0.618_034) % 1;
    const layers = thirds[outcomes.length % thirds.length] ?? { firstLayer: 0, lastLayer: 0 };
    const round = firstRound + outcomes.length;
    const outcome = await mesh.answer(round, {
      afterMs: place * undisturbed.tookMs,
      with: how,
      layers,
    });
    // Asked again afterwards, since the first time leaves the prompt in the caches.
    const isSame = (await mesh.answer(round)).text === outcome.text;
    // Before the first token, the time that the prompt takes anyway is no stall.
    const lateMs = outcome.firstTokenMs - undisturbed.firstTokenMs;
    outcomes.push({ ...outcome, isSame, stallMs: Math.max(outcome.stallMs, lateMs) });
    if (outcomes.length % 9 === 0) {
      say(
        `${what} ${outcomes.length} of ${rounds}: the last stalled for ${Math.round(outcome.stallMs)} ms`,
      );
    }
  }
  return outcomes;
}

/** Between tokens of which the later one came after a moment. */
function longestPause(times: readonly number[], from: number): number {
  return times.reduce((longest, time, index) => {
    const before = times[index - 1] ?? time;
    return time > from ? Math.max(longest, time - Math.max(before, from)) : longest;
  }, 0);
}

function count(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ takeovers }) => takeovers > 0).length;
}
