/**
 * Measures how fast this machine reads and writes, by questions to its own node such as the owner could ask: they wait for
 * the owner's place like any other, and end when the machine is needed for a game.
 */
import type { DutyView } from '../../src-shared/api/duty.ts';
import type { ChatRequestInput, Receipt } from '../../src-shared/chat.ts';
import type { Duty } from '../../src-shared/duty.ts';
import type { Finding } from '../../src-shared/doctor/finding.ts';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { linkWords } from '../../src-shared/words/errors.ts';
import type { BenchmarkModel } from './benchmark-model.ts';

export type BenchmarkOptions = {
  readonly model: BenchmarkModel;
  /** This machine in the mesh. */
  readonly ownPeer: string;
  readonly duty: () => DutyView;
  /**
   * Asks the own node; `onTokens` gets the number of tokens that have just been written. Rejects as soon as the signal
   * aborts.
   */
  readonly ask: (
    request: ChatRequestInput,
    signal: AbortSignal,
    onTokens: (tokens: number) => void,
  ) => Promise<Receipt>;
  /** Ends the benchmark, since no client waits for it any more. */
  readonly signal: AbortSignal;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  readonly limitMs?: number;
};

const usualLimitMs = 20_000;
/** How often it is checked whether the machine is needed, in milliseconds. */
const checkEveryMs = 100;

/** Words of the questions: the first one also loads the model, the second one tells how fast it is. */
const words = { first: 8, second: 40, most: 160 } as const;
/** A question that has a long answer. */
const tellMe = 'What is this app?';
const mostTokens = 64;

/** Slower than people read, in tokens a second. */
const slowTokensPerSecond = 5;

type Reading = { readonly tokens: number; readonly ms: number; readonly others: number };
type Writing = { readonly tokens: number; readonly perSecond: number | null };

/** Whether the machine answers its owner now. A machine that frees its memory or is in a game does not. */
function mayMeasure({ state, answersOwner }: DutyView): boolean {
  return answersOwner && state !== 'draining' && state !== 'off';
}

/** @throws AppError `cancelled` when no client waits for the result any more */
export async function benchmark(options: BenchmarkOptions): Promise<Finding> {
  const { model, duty, limitMs = usualLimitMs } = options;
  if (!mayMeasure(duty())) {
    return { code: 'speed-refused', level: 'note', duty: stateOf(duty()) };
  }
  const needed = new AbortController();
  const late = new AbortController();
  const timers = [
    setTimeout(() => late.abort(), limitMs),
    setInterval(() => {
      if (!mayMeasure(duty())) {
        needed.abort();
      }
    }, checkEveryMs),
  ];
  const signal = AbortSignal.any([options.signal, needed.signal, late.signal]);
  const run = new BenchmarkRun(options, signal, limitMs);
  let failure: unknown;
  try {
    await run.measure();
  } catch (error) {
    failure = error;
  } finally {
    timers.forEach((timer) => clearTimeout(timer));
  }
  if (options.signal.aborted) {
    throw new AppError('cancelled', linkWords.cancelled, { cause: failure });
  }
  // The node ends answers in a game by itself, perhaps before the next check.
  if (needed.signal.aborted || (failure !== undefined && !mayMeasure(duty()))) {
    return { code: 'speed-interrupted', level: 'note', duty: stateOf(duty()) };
  }
  const measured = run.finding();
  if (measured !== undefined) {
    return measured;
  }
  return late.signal.aborted
    ? { code: 'speed-late', level: 'note', model: model.name, seconds: limitMs / 1000 }
    : {
        code: 'speed-failed',
        level: 'problem',
        model: model.name,
        message: toAppError(failure).message,
      };
}

class BenchmarkRun {
  readonly #options: BenchmarkOptions;
  readonly #signal: AbortSignal;
  readonly #endsAt: number;
  #reading: Reading | undefined;
  #writing: Writing = { tokens: 0, perSecond: null };

  constructor(options: BenchmarkOptions, signal: AbortSignal, limitMs: number) {
    this.#options = options;
    this.#signal = signal;
    this.#endsAt = options.now() + limitMs;
  }

  /** Keeps what it has measured when a later question fails or is too late. */
  async measure(): Promise<void> {
    await this.#read(words.first);
    this.#reading = await this.#read(words.second);
    await this.#write();
    const more = wordsWithin(this.#reading, this.#endsAt - this.#options.now());
    if (more > words.second) {
      this.#reading = await this.#read(more);
    }
  }

  /** What was measured; undefined before the first measurement. */
  finding(): Finding | undefined {
    if (this.#reading === undefined) {
      return undefined;
    }
    const { tokens, ms, others } = this.#reading;
    const { perSecond } = this.#writing;
    return {
      code: 'speed',
      level: (perSecond ?? Infinity) < slowTokensPerSecond ? 'note' : 'good',
      model: this.#options.model.name,
      promptTokens: tokens,
      promptTokensPerSecond: (tokens * 1000) / Math.max(1, ms),
      tokens: this.#writing.tokens,
      tokensPerSecond: perSecond,
      others,
    };
  }

  /** Other words each time, so that nothing of the question is remembered from an earlier one. */
  async #read(count: number): Promise<Reading> {
    const salt = Math.floor(Math.random() * 9000) + 1000;
    const list = Array.from({ length: count }, (_, index) => (salt * (index + 1)) % 9973);
    const receipt = await this.#ask(list.join(' '), 1, () => {});
    const peers = new Set(receipt.stages.map(({ peer }) => peer));
    peers.delete(this.#options.ownPeer);
    return {
      tokens: receipt.promptTokens - (receipt.cachedTokens ?? 0),
      ms: receipt.firstTokenMs,
      others: peers.size,
    };
  }

  /** Counts tokens as they come: an answer that is cut short by the time tells as much. */
  async #write(): Promise<void> {
    const { now } = this.#options;
    let firstAt: number | undefined;
    let tokens = 0;
    await this.#ask(tellMe, mostTokens, (written) => {
      if (firstAt === undefined) {
        firstAt = now();
        return;
      }
      tokens += written;
      const ms = now() - firstAt;
      this.#writing = { tokens, perSecond: ms > 0 ? (tokens * 1000) / ms : null };
    });
  }

  #ask(content: string, maxTokens: number, onTokens: (tokens: number) => void): Promise<Receipt> {
    const request = {
      model: this.#options.model.manifestId,
      messages: [{ role: 'user' as const, content }],
      maxTokens,
      rules: { ownMachinesOnly: true },
    };
    return this.#options.ask(request, this.#signal, onTokens);
  }
}

/** As many words as take half of the time that is left, by what the last question took. */
function wordsWithin({ ms }: Reading, leftMs: number): number {
  const fitting = (words.second * leftMs) / 2 / Math.max(1, ms);
  return Math.round(Math.min(words.most, fitting));
}

function stateOf({ answersOwner: _a, pause: _p, sentence: _s, ...duty }: DutyView): Duty {
  return duty;
}
