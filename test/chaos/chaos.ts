/**
 * Asks questions while nodes are killed, drained and cut off. The run has a fixed length, uses loopback alone, and
 * repeats its decisions for the same seed.
 */
import { residentBytes } from '../bench/process-usage.ts';
import { ChaosMesh, delay, demoModel } from './chaos-mesh.ts';

const concurrentChats = 8;
const disturbEveryMs = 3000;
/** A node comes back after a time between these two, in milliseconds. */
const shortestAbsenceMs = 2000;
const longestAbsenceMs = 8000;
/** Memory is compared with that after the first minute, by medians of this many samples, one per second. */
const warmUpSamples = 60;
const comparedSamples = 15;

const questions = [
  'What is MindMesh?',
  'How do I earn credits?',
  'Who can see my questions?',
  'What is the capital of France?',
  'Can you help me write a poem?',
  'How large is this model?',
  'What happens when I start a game?',
  'Thank you!',
];

export type ChaosReport = {
  readonly answers: number;
  readonly lost: readonly string[];
  readonly different: readonly string[];
  readonly takeovers: number;
  readonly disturbances: Readonly<Record<'killed' | 'drained' | 'cut off', number>>;
  /**
   * Growth of the asking node's memory, from the end of the first minute to the end of the run; null for a run that
   * is too short to tell.
   */
  readonly memoryGrowthPercent: number | null;
  readonly leakedProcesses: number;
  readonly longestStallMs: number;
};

export async function runChaos(options: {
  readonly minutes: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}): Promise<ChaosReport> {
  const mesh = await ChaosMesh.start();
  const run = new ChaosRun(mesh, options);
  try {
    await run.learnAnswers();
    await run.run();
  } finally {
    await mesh.stop();
  }
  return run.report();
}

class ChaosRun {
  readonly #mesh: ChaosMesh;
  readonly #options: Parameters<typeof runChaos>[0];
  readonly #random: () => number;
  readonly #expected = new Map<string, string>();
  readonly #lost: string[] = [];
  readonly #different: string[] = [];
  readonly #disturbances = { killed: 0, drained: 0, 'cut off': 0 };
  readonly #absences = new Set<Promise<void>>();
  #answers = 0;
  #takeovers = 0;
  #longestStallMs = 0;
  /** Samples of the asking node's memory, in bytes. */
  readonly #samples: number[] = [];

  constructor(mesh: ChaosMesh, options: Parameters<typeof runChaos>[0]) {
    this.#mesh = mesh;
    this.#options = options;
    this.#random = randomFrom(options.seed);
  }

  /** Learns the answers without any disturbance. */
  async learnAnswers(): Promise<void> {
    for (const question of questions) {
      this.#expected.set(question, (await this.#mesh.asker.ask(asked(question))).text);
    }
  }

  async run(): Promise<void> {
    const endsAt = performance.now() + this.#options.minutes * 60_000;
    const isOver = (): boolean => performance.now() >= endsAt;
    const chats = Array.from({ length: concurrentChats }, (_, index) => this.#chat(index, isOver));
    await Promise.all([this.#disturb(isOver), this.#watchMemory(isOver), ...chats]);
    await Promise.all(this.#absences);
  }

  report(): ChaosReport {
    const warm = this.#samples.slice(warmUpSamples, warmUpSamples + comparedSamples);
    const isLongEnough = this.#samples.length >= warmUpSamples + 2 * comparedSamples;
    const grown = medianOf(this.#samples.slice(-comparedSamples)) / medianOf(warm) - 1;
    return {
      answers: this.#answers,
      lost: this.#lost,
      different: this.#different,
      takeovers: this.#takeovers,
      disturbances: this.#disturbances,
      memoryGrowthPercent: isLongEnough ? Math.round(grown * 1000) / 10 : null,
      leakedProcesses: this.#mesh.living().length,
      longestStallMs: Math.round(this.#longestStallMs),
    };
  }

  async #chat(first: number, isOver: () => boolean): Promise<void> {
    for (let index = first; !isOver(); index += 1) {
      const question = questions[index % questions.length] ?? '';
      await this.#ask(question);
    }
  }

  async #ask(question: string): Promise<void> {
    let text = '';
    let movedAt = performance.now();
    const { over } = this.#mesh.asker.chat(asked(question), (event) => {
      if (event.type === 'text') {
        this.#longestStallMs = Math.max(this.#longestStallMs, performance.now() - movedAt);
        movedAt = performance.now();
        text += event.text;
      }
    });
    try {
      const done = (await over).find((event) => event.type === 'done');
      this.#takeovers += done?.receipts[0]?.takeovers ?? 0;
      this.#answers += 1;
      const expected = this.#expected.get(question);
      if (text !== expected) {
        this.#different.push(`${question} → ${text} instead of ${expected ?? ''}`);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#lost.push(`${question}: ${reason}`);
      this.#options.say(`Lost: ${reason}\n  ${await this.#mesh.describe()}`);
    }
  }

  async #disturb(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await delay(disturbEveryMs);
      const { expendable } = this.#mesh;
      const place = expendable[Math.floor(this.#random() * expendable.length)];
      if (place === undefined || isOver()) {
        continue;
      }
      const how = (['killed', 'drained', 'cut off'] as const)[Math.floor(this.#random() * 3)];
      const absenceMs = shortestAbsenceMs + this.#random() * (longestAbsenceMs - shortestAbsenceMs);
      if (how === 'killed') {
        await this.#mesh.kill(place);
      } else if (how === 'drained') {
        await this.#mesh.drain(place);
      } else {
        this.#mesh.cutOff(place);
      }
      this.#disturbances[how ?? 'cut off'] += 1;
      const absence = delay(absenceMs).then(() => this.#mesh.bringBack(place));
      this.#absences.add(absence);
      void absence.finally(() => this.#absences.delete(absence));
    }
  }

  async #watchMemory(isOver: () => boolean): Promise<void> {
    const startedAt = performance.now();
    let toldAt = startedAt;
    while (!isOver()) {
      await delay(1000);
      const now = performance.now();
      this.#samples.push(residentBytes(this.#mesh.asker.pid));
      if (now - toldAt >= 15_000) {
        toldAt = now;
        this.#options.say(
          `${Math.round((now - startedAt) / 1000)} s: ${this.#answers} answers, ${this.#lost.length} lost, ${this.#different.length} different, ${this.#takeovers} takeovers, ${Math.round((this.#samples.at(-1) ?? 0) / 1e6)} MB`,
        );
      }
    }
  }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function asked(question: string) {
  return {
    model: demoModel,
    messages: [{ role: 'user' as const, content: question }],
    sampling: { temperature: 0 },
  };
}

/** Numbers in [0, 1) that a seed decides: mulberry32 (public domain). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
