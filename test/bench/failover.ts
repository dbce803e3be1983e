/**
 * What the reader of an answer notices when a stage of its chain is killed, or announces that it leaves: the longest
 * time without a token, and whether the text is the same as without the disturbance.
 */
import { endingDuty } from '../support/host/paused-duty.ts';
import { appFiles } from '../../src-main/base/app-files.ts';
import type { LayerRange } from '../../src-shared/model.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { stopAll } from './chain-of-nodes.ts';
import { type ClearQuestion, ClearQuestions } from './clear-questions.ts';
import { type Bench, say } from './report.ts';
import { quantile, round } from './statistics.ts';
import { StretchedDemoModel } from './stretched-demo-model.ts';

/** Number of kills, and number of departures. */
const rounds = 45;

const { demoModelName } = appFiles();
const thirds: readonly LayerRange[] = [
  { firstLayer: 0, lastLayer: 1 },
  { firstLayer: 2, lastLayer: 3 },
  { firstLayer: 4, lastLayer: 5 },
];
type Outcome = {
  readonly text: string;
  /** In milliseconds: the longest pause between tokens after the disturbance. */
  readonly stallMs: number;
  readonly firstTokenMs: number;
  readonly tookMs: number;
  readonly takeovers: number;
  readonly promptTokens: number;
};
/** Whether the text is the same as without a disturbance. */
type DisturbedOutcome = Outcome & { readonly isSame: boolean };
type Disturbance = (victim: NodeProcess) => Promise<unknown>;

export const failover: Bench = {
  about: `a stage is killed (${rounds} times) or leaves in order (${rounds} times): stall p99 ≤ 2 s and ≤ 0.3 s, same text`,
  run: async () => {
    const model = await StretchedDemoModel.write();
    const mesh = new SparedMesh(model.path);
    let questions: ClearQuestions | undefined;
    try {
      questions = await ClearQuestions.start(model.path);
      await mesh.start();
      // The first answer also waits for the tokenizer and the chat template.
      await mesh.answer(await questions.next());
      const undisturbed = await mesh.answer(await questions.next());
      const bench = { mesh, questions, undisturbed };
      const killed = await disturb(bench, 'killed', (victim) => victim.kill());
      const left = await disturb(bench, 'left', async (victim) => {
        const reason = endingDuty;
        await victim.request('setWork', { state: 'draining', answersOwner: false, reason });
        // The time that a stage has to leave when its owner needs the machine.
        await new Promise((resolve) => {
          setTimeout(resolve, 400);
        });
        await victim.kill();
      });
      const identical = [...killed, ...left].every(({ isSame }) => isSame);
      const prompts = [...killed, ...left].map(({ promptTokens }) => promptTokens);
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
          `Prompts of ${Math.min(...prompts)} to ${Math.max(...prompts)} tokens, then the answer.`,
          `Undisturbed, the answer takes ${round(undisturbed.tookMs, 0)} ms, its first token ${round(undisturbed.firstTokenMs, 0)} ms, with pauses of up to ${round(undisturbed.stallMs, 0)} ms.`,
          `Another chain took over in ${count(killed)} of ${rounds} killings and ${count(left)} of ${rounds} departures; the others came before the first or after the last token.`,
        ],
        figures,
      };
    } finally {
      await Promise.all([mesh.stop(), questions?.stop()]);
      await model.remove();
    }
  },
};

/** Two nodes for each third of the model, and one that asks. */
class SparedMesh {
  readonly #model: string;
  readonly #hosting = new Map<NodeProcess, LayerRange>();
  #asker: NodeProcess | undefined;

  constructor(model: string) {
    this.#model = model;
  }

  async start(): Promise<void> {
    await Promise.all([...thirds, ...thirds].map((layers) => this.#host(layers)));
    const addresses = [...this.#hosting.keys()].flatMap(({ status }) => status.addresses);
    this.#asker = await NodeProcess.start({ staticPeers: addresses });
    await this.#untilAllKnown();
  }

  async answer(
    { messages, maxTokens }: ClearQuestion,
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
        messages: [...messages],
        sampling: { temperature: 0 },
        maxTokens,
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
    const [receipt] = events.find((event) => event.type === 'done')?.receipts ?? [];
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
      takeovers: receipt?.takeovers ?? 0,
      promptTokens: receipt?.promptTokens ?? 0,
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
      bundledModels: [this.#model],
      shards: [{ model: demoModelName, layers }],
      staticPeers: this.#asker?.status.addresses ?? [],
      engine: { threads: 1, backend: 'cpu', contextLength: 4096 },
    });
    this.#hosting.set(node, layers);
    await node.untilServing();
  }

  /** The node with these layers that has the session, or either of them when none has. */
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

type Disturbed = {
  readonly mesh: SparedMesh;
  readonly questions: ClearQuestions;
  readonly undisturbed: Outcome;
};

async function disturb(
  { mesh, questions, undisturbed }: Disturbed,
  what: string,
  how: Disturbance,
): Promise<DisturbedOutcome[]> {
  const outcomes: DisturbedOutcome[] = [];
  while (outcomes.length < rounds) {
    // The place of the disturbance is spread over prefill, decoding and the stages, in the same way in every run.
    const place = (outcomes.length * 0.618_034) % 1;
    const layers = thirds[outcomes.length % thirds.length] ?? { firstLayer: 0, lastLayer: 0 };
    const question = await questions.next();
    const outcome = await mesh.answer(question, {
      afterMs: place * undisturbed.tookMs,
      with: how,
      layers,
    });
    const isSame = question.expected === outcome.text;
    if (!isSame) {
      say(`Answer ${outcomes.length + 1} differs: ${difference(outcome.text, question.expected)}`);
    }
    // Before the first token, the time that the prompt takes anyway does not count as a pause.
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

/** The longest pause between two tokens of which the later one came after `from`. */
function longestPause(times: readonly number[], from: number): number {
  return times.reduce((longest, time, index) => {
    const before = times[index - 1] ?? time;
    return time > from ? Math.max(longest, time - Math.max(before, from)) : longest;
  }, 0);
}

function difference(text: string, expected: string): string {
  let at = 0;
  while (at < text.length && text[at] === expected[at]) {
    at += 1;
  }
  const from = Math.max(0, at - 20);
  return `from character ${at} on, "${text.slice(from, at + 20)}" instead of "${expected.slice(from, at + 20)}"`;
}

function count(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ takeovers }) => takeovers > 0).length;
}
