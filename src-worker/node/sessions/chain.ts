/** An open chain of stages as its coordinator holds it: prompt in, tokens out, ended as one. */
import { randomBytes } from 'node:crypto';
import { AppError } from '../../../src-shared/errors.ts';
import {
  type ModelSummary,
  type SampledDetail,
  sampledDetailSchema,
  type Sampling,
} from '../../../src-shared/model.ts';
import { decodeWork, encodeWork, workFlags, workKinds } from '../../wire/work.ts';
import type { ChannelOpener } from '../mesh/channel.ts';
import type { RouteStage } from '../routing/plan-route.ts';
import { parseMessage } from './json-frame.ts';
import { chunkSize, cutPrompt } from './prefill-chunks.ts';
import { StageControl } from './stage-control.ts';
import { channelSession, type ClosedMessage, type OpenMessage } from './stage-messages.ts';
import { TokenQueue } from './token-queue.ts';

/** Loading no model, a stage only has to reach its neighbour and get its engine's attention. */
const openWithinMs = 20_000;
/** An account that takes longer than this is not worth waiting for. */
const accountWithinMs = 1000;

export type ChainParts = {
  readonly opener: ChannelOpener;
  readonly route: readonly RouteStage[];
  readonly model: ModelSummary;
  readonly sampling: Sampling;
  readonly promptTokens: readonly number[];
  /** Tokens to generate at most. */
  readonly maxTokens: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
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

export class Chain {
  readonly #parts: ChainParts;
  readonly #tokens = new TokenQueue<SampledToken>();
  #controls: readonly StageControl[] = [];
  #nextPosition: number;

  /**
   * Opens all stages at once.
   * @throws ChainFailure of the first that fails; the others are closed.
   */
  static async open(parts: ChainParts, signal: AbortSignal): Promise<Chain> {
    const chain = new Chain(parts);
    const failed = new AbortController();
    const opening = AbortSignal.any([signal, failed.signal, AbortSignal.timeout(openWithinMs)]);
    const messages = openMessages(parts);
    const controls = parts.route.map((stage, index) =>
      StageControl.open(
        {
          opener: parts.opener,
          route: parts.route,
          stage,
          open: messages[index] as OpenMessage,
          now: parts.now,
          onSampled: (body) => chain.#onSampled(body, index),
          onFailed: (failure) => chain.#tokens.fail(failure),
        },
        opening,
      ),
    );
    try {
      chain.#controls = await Promise.all(controls);
      return chain;
    } catch (error) {
      failed.abort();
      for (const control of await Promise.allSettled(controls)) {
        if (control.status === 'fulfilled') {
          control.value.abandon();
        }
      }
      throw error;
    }
  }

  private constructor(parts: ChainParts) {
    this.#parts = parts;
    this.#nextPosition = parts.promptTokens.length;
  }

  /** Sends the prompt, cut so that the stages overlap; a token comes after its last piece. */
  sendPrompt(): void {
    const { promptTokens, route, model } = this.#parts;
    const size = chunkSize(promptTokens.length, route.length, model.width);
    for (const { position, count } of cutPrompt(promptTokens.length, size)) {
      const values = Int32Array.from(promptTokens.slice(position, position + count));
      const isLast = position + count === promptTokens.length;
      this.#controls[0]?.send(
        workKinds.tokens,
        ...encodeWork({
          session: channelSession,
          position,
          count,
          flags: isLast ? workFlags.sample : 0,
          computeMicros: 0,
          values: new Uint8Array(values.buffer),
        }),
      );
    }
  }

  /**
   * The next token; undefined after `stopTokens`.
   * @throws ChainFailure when a stage failed, and every token before that was taken
   */
  nextToken(): Promise<SampledToken | undefined> {
    return this.#tokens.next();
  }

  /** Wakes whoever waits for a token: with the error, or with undefined. */
  stopTokens(error?: AppError): void {
    if (error === undefined) {
      this.#tokens.end();
    } else {
      this.#tokens.fail(error);
    }
  }

  /** Ends all sessions and gathers the stages' accounts, for at most a second. */
  finish(): Promise<readonly (ClosedMessage | undefined)[]> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), accountWithinMs);
    const accounts = this.#controls.map((control) =>
      Promise.race([control.finish(), late.promise]),
    );
    return Promise.all(accounts).finally(() => clearTimeout(timer));
  }

  /** Ends all sessions at once. Safe to call at any time. */
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

  #onSampled(body: Buffer, stageIndex: number): void {
    const { route, promptTokens, maxTokens } = this.#parts;
    const work = decodeWork(body, 4);
    const isExpected =
      stageIndex === route.length - 1 &&
      work.session === channelSession &&
      work.count === 1 &&
      work.position === this.#nextPosition &&
      // Tokens wait here for as long as the requester takes for them.
      work.position < promptTokens.length + maxTokens;
    if (!isExpected) {
      throw new AppError(
        'protocol-violation',
        `a token for position ${work.position} came where ${this.#nextPosition} is the next one, of ${maxTokens} from ${promptTokens.length} on`,
      );
    }
    this.#nextPosition += 1;
    this.#tokens.push({
      token: body.readInt32LE(body.byteLength - work.detail.byteLength - 4),
      endOfGeneration: (work.flags & workFlags.endOfGeneration) !== 0,
      detail:
        work.detail.byteLength === 0
          ? undefined
          : parseMessage(sampledDetailSchema, Buffer.from(work.detail)),
      computeMs: work.computeMicros / 1000,
      at: this.#parts.now(),
    });
  }
}

/** One `open` message a stage, with a ticket for each link of the ring; a chain of one has no links. */
function openMessages({
  route,
  model,
  sampling,
  promptTokens,
  maxTokens,
}: ChainParts): OpenMessage[] {
  const session = randomName();
  const tickets = route.map(() => randomName());
  const isRing = route.length > 1;
  const decodeUntil = promptTokens.length + maxTokens - 1;
  return route.map(({ firstLayer, lastLayer }, index) => {
    const nextIndex = (index + 1) % route.length;
    const next = route[nextIndex];
    const ticket = tickets[nextIndex];
    return {
      session,
      manifestId: model.manifestId,
      layers: { firstLayer, lastLayer },
      inputTicket: isRing ? (tickets[index] ?? null) : null,
      output:
        isRing && next !== undefined && ticket !== undefined
          ? { peer: next.peer, addresses: [...next.addresses].slice(0, 32), ticket }
          : null,
      sampling: index === route.length - 1 ? sampling : null,
      decodeUntil,
      maxTokens: decodeUntil,
      promptTokens: promptTokens.length,
    };
  });
}

function randomName(): string {
  return randomBytes(16).toString('hex');
}
