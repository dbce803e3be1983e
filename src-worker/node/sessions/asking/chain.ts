/** The coordinator's end of an open chain of stages: it takes a sequence, gives tokens and ends all stages together. */
import { AppError } from '../../../../src-shared/errors.ts';
import { sampledDetailSchema } from '../../../../src-shared/model.ts';
import { decodeJson } from '../../../wire/json-body.ts';
import { decodeSegment, segmentFlags } from '../../../wire/segment.ts';
import type { ChannelOpener } from '../../mesh/channels/channel.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { type ChainFailure, silenceOf } from './chain-failure.ts';
import { openMessages, randomName } from './open-messages.ts';
import { chunkSize, cutExactly, cutPrompt } from './prefill-chunks.ts';
import { openSlowMs, probeWithinMs } from './slowness.ts';
import { StageControl } from './stage-control.ts';
import type { SampledToken, StuckStage, TokenSource, TokenSourceOptions } from './token-source.ts';
import {
  channelSession,
  type ClosedMessage,
  type OpenMessage,
} from '../protocol/stage-messages.ts';

/** A stage that opens loads no model: it only connects to its neighbour and waits for its engine. In milliseconds. */
const openWithinMs = 20_000;
/** How long an ended chain waits for its stages' accounts, in milliseconds. */
const accountWithinMs = 1000;

export type ChainOptions = TokenSourceOptions & {
  readonly opener: ChannelOpener;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Called with a stage that has signed a false account of its work; `proof` says what is false, as a sentence. */
  readonly onFalseAccount: (peer: string, proof: string) => void;
};

export class Chain implements TokenSource {
  readonly #options: ChainOptions;
  readonly session = randomName();
  #controls: readonly StageControl[] = [];
  /** The position of the token that is sampled next; undefined while none is asked for. */
  #nextPosition: number | undefined;
  #failure: ChainFailure | undefined;
  #isOpen = false;
  /** The position of the token that the warm-up ends with; undefined while no warm-up is under way. */
  #warmUpPosition: number | undefined;

  /**
   * Opens all stages at once.
   * @throws ChainFailure of the first stage that fails, after the others were closed
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
            onDraining: () => options.onDraining(stage),
            onFalseAccount: (proof) => options.onFalseAccount(stage.peer, proof),
          },
          opening,
        ),
    );
    const watch = setInterval(() => void chain.#watchOpening(), openSlowMs * options.patience);
    try {
      await Promise.all(chain.#controls.map((control) => control.opened));
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
  }

  get cachedTokens(): number {
    const wanted = this.#options.resume?.tokens ?? 0;
    return this.#controls.every(({ cachedTokens }) => cachedTokens === wanted) ? wanted : 0;
  }

  get route(): readonly RouteStage[] {
    return this.#options.route;
  }

  run(tokens: readonly number[], position: number, isExact: boolean): void {
    this.#nextPosition = position + tokens.length;
    this.#send(tokens, position, segmentFlags.sample, isExact);
  }

  warmUp(tokens: readonly number[], position: number, isExact: boolean): void {
    this.#warmUpPosition = position + tokens.length;
    this.#send(tokens, position, segmentFlags.sample | segmentFlags.warmUp, isExact);
  }

  async restoreHistory(generated: readonly number[], withinMs: number): Promise<void> {
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

  async #watchOpening(): Promise<void> {
    const { patience, onSilent } = this.#options;
    const { stuck } = await this.findStuck(probeWithinMs * patience, false);
    if (stuck !== undefined && !this.#isOpen) {
      onSilent(stuck.stage);
    }
  }

  /** Sends the tokens in pieces, so that the stages compute at the same time. */
  #send(tokens: readonly number[], from: number, lastFlags: number, isExact: boolean): void {
    const { route, model, promptTokens } = this.#options;
    const end = from + tokens.length;
    const pieces = isExact
      ? cutExactly(from, end, promptTokens, chunkSize(promptTokens, route.length, model.width))
      : cutPrompt(tokens.length, chunkSize(tokens.length, route.length, model.width)).map(
          ({ position, count }) => ({ position: from + position, count, isOneByOne: false }),
        );
    for (const { position, count, isOneByOne } of pieces) {
      const values = Int32Array.from(tokens.slice(position - from, position - from + count));
      const flags = isOneByOne ? segmentFlags.oneByOne : 0;
      const isLast = position + count === end;
      this.#controls[0]?.sendTokens({
        session: channelSession,
        position,
        count,
        flags: isLast ? flags | lastFlags : flags,
        computeMicros: 0,
        values: new Uint8Array(values.buffer),
      });
    }
  }

  finish(retainTokens = 0): Promise<readonly (ClosedMessage | undefined)[]> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), accountWithinMs);
    const accounts = this.#controls.map((control) =>
      Promise.race([control.finish(retainTokens), late.promise]),
    );
    return Promise.all(accounts).finally(() => clearTimeout(timer));
  }

  abandon(): void {
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
      if (this.#isOpen) {
        this.#options.onFailed(failure);
      }
    }
  }

  #onSampled(body: Buffer, stageIndex: number): void {
    const { route, maxSequenceTokens } = this.#options;
    const segment = decodeSegment(body, 4);
    const isWarmUp = (segment.flags & segmentFlags.warmUp) !== 0;
    const expected = isWarmUp ? this.#warmUpPosition : this.#nextPosition;
    const isExpected =
      stageIndex === route.length - 1 &&
      segment.session === channelSession &&
      segment.count === 1 &&
      segment.position === expected &&
      // Tokens wait here until the caller takes them, so their number must be bounded.
      segment.position < maxSequenceTokens;
    if (!isExpected) {
      throw new AppError(
        'protocol-violation',
        `a token for position ${segment.position} came where ${expected ?? 'none'} is the next one, of ${maxSequenceTokens}`,
      );
    }
    const token: SampledToken = {
      token: body.readInt32LE(body.byteLength - segment.detail.byteLength - 4),
      endOfGeneration: (segment.flags & segmentFlags.endOfGeneration) !== 0,
      detail:
        segment.detail.byteLength === 0
          ? undefined
          : decodeJson(sampledDetailSchema, Buffer.from(segment.detail), "A token's detail"),
      computeMs: segment.computeMicros / 1000,
      at: this.#options.now(),
    };
    if (isWarmUp) {
      this.#warmUpPosition = undefined;
      this.#options.onWarmedUp(token);
    } else {
      this.#nextPosition = segment.position + 1;
      this.#options.onToken(token);
    }
  }
}
