/** An open chain of stages as its coordinator holds it: a sequence in, tokens out, ended as one. */
import { randomBytes } from 'node:crypto';
import { AppError } from '../../../../src-shared/errors.ts';
import {
  type ModelSummary,
  type SampledDetail,
  sampledDetailSchema,
  type Sampling,
} from '../../../../src-shared/model.ts';
import { ownSpeaks } from '../../../wire/speaks.ts';
import { decodeJson } from '../../../wire/json-body.ts';
import { decodeWork, encodeWork, workFlags, workKinds } from '../../../wire/work.ts';
import type { ChannelOpener } from '../../mesh/channels/channel.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { chunkSize, cutExactly, cutPrompt } from './prefill-chunks.ts';
import { type ChainFailure, silenceOf } from './chain-failure.ts';
import { openSlowMs, probeWithinMs } from './slowness.ts';
import { StageControl } from './stage-control.ts';
import {
  channelSession,
  type ClosedMessage,
  type OpenMessage,
} from '../protocol/stage-messages.ts';
import { rangeOf } from '../../../../src-shared/layers.ts';

/** Loading no model, a stage only has to reach its neighbour and get its engine's attention. */
const openWithinMs = 20_000;
/** An account that takes longer than this is not worth waiting for. */
const accountWithinMs = 1000;

export type ChainOptions = {
  readonly opener: ChannelOpener;
  readonly route: readonly RouteStage[];
  readonly model: ModelSummary;
  readonly sampling: Sampling;
  /** The prompt, and what other chains have generated after it. */
  readonly sequence: readonly number[];
  /** Of the sequence. */
  readonly promptTokens: number;
  /** Tokens of prompt and answer at most. */
  readonly maxSequenceTokens: number;
  /** What a former chain over the same stages left of the sequence; absent: nothing. */
  readonly resume?: OpenMessage['resume'];
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  readonly onToken: (token: SampledToken) => void;
  /** Called at most once, after the chain was open. */
  readonly onFailed: (failure: ChainFailure) => void;
  /** A stage will be gone soon; it may say so while others are not open yet. */
  readonly onDraining: (stage: RouteStage, chain: Chain) => void;
  /** How many times longer than usual a stage may take to answer. */
  readonly patience: number;
  /** Asked of a stage that does not answer while the chain opens: whether it is better gone round than waited for. */
  readonly mayGoRound: (stage: RouteStage) => boolean;
};

export type SampledToken = {
  readonly token: number;
  readonly endOfGeneration: boolean;
  readonly detail: SampledDetail | undefined;
  /** What all stages computed for it. */
  readonly computeMs: number;
  /** When it arrived. */
  readonly at: number;
};

/** `isSilent`: it says nothing at all, so it is not its work that takes long. */
export type StuckStage = { readonly stage: RouteStage; readonly isSilent: boolean };

export class Chain {
  readonly #options: ChainOptions;
  /** What its stages know the chain by. */
  readonly session = randomName();
  /** How much of what was generated its stages were told of when it was opened. */
  readonly #knownTokens: number;
  #controls: readonly StageControl[] = [];
  /** Of the token that is sampled next; undefined while none is asked for. */
  #nextPosition: number | undefined;
  #failure: ChainFailure | undefined;
  #isOpen = false;
  #rehearsal:
    | { readonly position: number; readonly done: PromiseWithResolvers<SampledToken> }
    | undefined;

  /**
   * Opens all stages at once.
   * @throws ChainFailure of the first that fails; the others are closed.
   */
  static async open(options: ChainOptions, signal: AbortSignal): Promise<Chain> {
    const chain = new Chain(options);
    const failed = new AbortController();
    const opening = AbortSignal.any([signal, failed.signal, AbortSignal.timeout(openWithinMs)]);
    const messages = openMessages(options, chain.session);
    chain.#controls = options.route.map(
      (stage, index) =>
        new StageControl(
          {
            opener: options.opener,
            route: options.route,
            stage,
            open: messages[index] as OpenMessage,
            now: options.now,
            onSampled: (body) => chain.#onSampled(body, index),
            onFailed: (failure) => chain.#onFailed(failure),
            onDraining: () => options.onDraining(stage, chain),
          },
          opening,
        ),
    );
    const given = Promise.withResolvers<never>();
    const watch = setInterval(
      () => void chain.#watchOpening(given.reject),
      openSlowMs * options.patience,
    );
    try {
      const opened = Promise.all(chain.#controls.map((control) => control.opened));
      await Promise.race([opened, given.promise]);
      if (chain.#failure !== undefined) {
        throw chain.#failure;
      }
      chain.#isOpen = true;
      return chain;
    } catch (error) {
      failed.abort();
      chain.abandon();
      throw error;
    } finally {
      clearInterval(watch);
    }
  }

  private constructor(options: ChainOptions) {
    this.#options = options;
    this.#knownTokens = options.sequence.length - options.promptTokens;
  }

  /** Why it can give no more tokens. */
  get failure(): ChainFailure | undefined {
    return this.#failure;
  }

  /** Tokens at the beginning of the sequence that all stages have already: those that were to be resumed, or none. */
  get cachedTokens(): number {
    const wanted = this.#options.resume?.tokens ?? 0;
    return this.#controls.every(({ cachedTokens }) => cachedTokens === wanted) ? wanted : 0;
  }

  /** Whether the stages know of all that was generated, so that what they sample is right. */
  knows(generatedTokens: number): boolean {
    return !needsHistory(this.#options.sampling) || generatedTokens === this.#knownTokens;
  }

  get route(): readonly RouteStage[] {
    return this.#options.route;
  }

  /**
   * Computes a part of the sequence, which begins at `position` and is not empty, and all that follows from it: tokens
   * come until the answer ends. What the stages computed from `position` on before is forgotten.
   *
   * @param isExact whether each generated token is computed by itself, as it was before
   */
  run(tokens: readonly number[], position: number, isExact: boolean): void {
    this.#nextPosition = position + tokens.length;
    this.#send(tokens, position, workFlags.sample, isExact);
  }

  /**
   * Computes a part of the sequence and nothing that follows from it but the next token.
   * @throws ChainFailure
   */
  rehearse(tokens: readonly number[], position: number, isExact: boolean): Promise<SampledToken> {
    const done = Promise.withResolvers<SampledToken>();
    this.#rehearsal = { position: position + tokens.length, done };
    this.#send(tokens, position, workFlags.sample | workFlags.warmUp, isExact);
    return done.promise;
  }

  /**
   * Tells the stage that samples what was generated so far, and waits until it knows.
   * @throws ChainFailure, also when it does not say so in time
   */
  async learn(generated: readonly number[], withinMs: number): Promise<void> {
    const [control] = this.#controls.slice(-1);
    const [stage] = this.#options.route.slice(-1);
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    if (control === undefined || stage === undefined) {
      return;
    }
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(silenceOf(stage)), withinMs);
    await Promise.race([control.restoreHistory(generated), late.promise]).finally(() =>
      clearTimeout(timer),
    );
  }

  /**
   * The stage that holds the answer up: the first that does not say how far it is, else, where one token at a time goes
   * round, the first that has work and does not give it back; a prompt may take long. Undefined when none does. With it,
   * how far all stages are, as text.
   */
  async findStuck(
    withinMs: number,
    isDecoding: boolean,
  ): Promise<{ readonly stuck: StuckStage | undefined; readonly progress: string }> {
    const controls = this.#controls;
    const found = await Promise.all(controls.map((control) => control.progress(withinMs)));
    const silent = found.findIndex((progress) => progress === undefined);
    const slow = isDecoding ? found.findIndex((progress) => (progress?.pending ?? 0) > 0) : -1;
    const stage = this.#options.route[silent === -1 ? slow : silent];
    return {
      stuck: stage === undefined ? undefined : { stage, isSilent: silent !== -1 },
      progress: JSON.stringify(found),
    };
  }

  async #watchOpening(giveUp: (failure: ChainFailure) => void): Promise<void> {
    const { patience, mayGoRound } = this.#options;
    const { stuck } = await this.findStuck(probeWithinMs * patience, false);
    if (stuck !== undefined && !this.#isOpen && mayGoRound(stuck.stage)) {
      giveUp(silenceOf(stuck.stage));
    }
  }

  /** Cut so that the stages overlap. */
  #send(tokens: readonly number[], from: number, lastFlags: number, isExact: boolean): void {
    const { route, model, promptTokens } = this.#options;
    const end = from + tokens.length;
    const pieces = isExact
      ? cutExactly(from, end, promptTokens, chunkSize(promptTokens, route.length, model.width))
      : cutPrompt(tokens.length, chunkSize(tokens.length, route.length, model.width)).map(
          ({ position, count }) => ({ position: from + position, count, isSingly: false }),
        );
    for (const { position, count, isSingly } of pieces) {
      const values = Int32Array.from(tokens.slice(position - from, position - from + count));
      const flags = isSingly ? workFlags.oneByOne : 0;
      const isLast = position + count === end;
      this.#controls[0]?.send(
        workKinds.tokens,
        ...encodeWork({
          session: channelSession,
          position,
          count,
          flags: isLast ? flags | lastFlags : flags,
          computeMicros: 0,
          values: new Uint8Array(values.buffer),
        }),
      );
    }
  }

  /**
   * Ends all sessions and gathers the stages' accounts, for at most a second. So many tokens of the sequence may stay in
   * the stages' caches.
   */
  finish(keptTokens = 0): Promise<readonly (ClosedMessage | undefined)[]> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), accountWithinMs);
    const accounts = this.#controls.map((control) =>
      Promise.race([control.finish(keptTokens), late.promise]),
    );
    return Promise.all(accounts).finally(() => clearTimeout(timer));
  }

  /** Ends all sessions at once. Safe to call at any time. */
  abandon(): void {
    this.#rehearsal?.done.reject(new AppError('cancelled', 'The chain is not needed any more'));
    for (const control of this.#controls) {
      control.abandon();
    }
  }

  beat(now: number): void {
    for (const control of this.#controls) {
      control.beat(now);
    }
  }

  #onFailed(failure: ChainFailure): void {
    if (this.#failure === undefined) {
      this.#failure = failure;
      this.#rehearsal?.done.reject(failure);
      if (this.#isOpen) {
        this.#options.onFailed(failure);
      }
    }
  }

  #onSampled(body: Buffer, stageIndex: number): void {
    const { route, maxSequenceTokens } = this.#options;
    const work = decodeWork(body, 4);
    const isRehearsal = (work.flags & workFlags.warmUp) !== 0;
    const expected = isRehearsal ? this.#rehearsal?.position : this.#nextPosition;
    const isExpected =
      stageIndex === route.length - 1 &&
      work.session === channelSession &&
      work.count === 1 &&
      work.position === expected &&
      // Tokens wait here for as long as the requester takes for them.
      work.position < maxSequenceTokens;
    if (!isExpected) {
      throw new AppError(
        'protocol-violation',
        `a token for position ${work.position} came where ${expected ?? 'none'} is the next one, of ${maxSequenceTokens}`,
      );
    }
    const token: SampledToken = {
      token: body.readInt32LE(body.byteLength - work.detail.byteLength - 4),
      endOfGeneration: (work.flags & workFlags.endOfGeneration) !== 0,
      detail:
        work.detail.byteLength === 0
          ? undefined
          : decodeJson(sampledDetailSchema, Buffer.from(work.detail), "A token's detail"),
      computeMs: work.computeMicros / 1000,
      at: this.#options.now(),
    };
    if (isRehearsal) {
      this.#rehearsal?.done.resolve(token);
      this.#rehearsal = undefined;
    } else {
      this.#nextPosition = work.position + 1;
      this.#options.onToken(token);
    }
  }
}

/** One `open` message a stage, with a ticket for each link of the ring; a chain of one has no links. */
function openMessages(
  { route, model, sampling, sequence, promptTokens, maxSequenceTokens, resume }: ChainOptions,
  session: string,
): OpenMessage[] {
  const tickets = route.map(() => randomName());
  const isRing = route.length > 1;
  const lastPosition = maxSequenceTokens - 1;
  const generated = needsHistory(sampling) ? sequence.slice(promptTokens) : [];
  const hasGenerated = generated.length > 0;
  return route.map((stage, index) => {
    const nextIndex = (index + 1) % route.length;
    const next = route[nextIndex];
    const ticket = tickets[nextIndex];
    return {
      speaks: ownSpeaks,
      session,
      manifestId: model.manifestId,
      layers: rangeOf(stage),
      inputTicket: isRing ? (tickets[index] ?? null) : null,
      output:
        isRing && next !== undefined && ticket !== undefined ? { peer: next.peer, ticket } : null,
      sampling: index === route.length - 1 ? sampling : null,
      lastPosition,
      cells: lastPosition,
      sequenceTokens: sequence.length,
      ...(resume === undefined ? {} : { resume }),
      ...(hasGenerated && index === route.length - 1 ? { generated } : {}),
    };
  });
}

/** Whether what is sampled depends on what was generated before, and not on the logits alone. */
export function needsHistory(sampling: Sampling): boolean {
  const { grammar, repetitionPenalty, presencePenalty, frequencyPenalty } = sampling;
  return (
    grammar !== undefined ||
    repetitionPenalty !== 1 ||
    presencePenalty !== 0 ||
    frequencyPenalty !== 0
  );
}

function randomName(): string {
  return randomBytes(16).toString('hex');
}
