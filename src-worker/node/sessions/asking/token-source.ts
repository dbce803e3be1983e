/**
 * The producer of an answer's tokens: it takes a sequence, gives tokens and ends as a whole. A chain of stages is one;
 * other producers (several chains together, speculative decoding) would fit behind the same interface.
 */
import type { ModelSummary, SampledDetail, Sampling } from '../../../../src-shared/model.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { ChainFailure } from './chain-failure.ts';
import type { ClosedMessage, OpenMessage } from '../protocol/stage-messages.ts';

export type SampledToken = {
  readonly token: number;
  readonly endOfGeneration: boolean;
  readonly detail: SampledDetail | undefined;
  /** The computing time of all stages for it, in milliseconds. */
  readonly computeMs: number;
  /** When it arrived, in milliseconds of monotonic time. */
  readonly at: number;
};

/** `isSilent`: the stage sends nothing at all, not even its progress, so it is not merely slow. */
export type StuckStage = { readonly stage: RouteStage; readonly isSilent: boolean };

/** The events of a source, from when it begins to open until it is abandoned or finished. */
export type TokenSourceListener = {
  readonly onToken: (token: SampledToken) => void;
  /** A warm-up is done; `next` is the token that was sampled at its end. */
  readonly onWarmedUp: (next: SampledToken) => void;
  /** Called at most once, after the source had opened. */
  readonly onFailed: (failure: ChainFailure) => void;
  /** A stage announced that it leaves soon. */
  readonly onDraining: (stage: RouteStage) => void;
  /** A stage is silent while the source opens; called again and again while that lasts. */
  readonly onSilent: (stage: RouteStage) => void;
};

export type TokenSourceOptions = TokenSourceListener & {
  readonly route: readonly RouteStage[];
  readonly model: ModelSummary;
  readonly sampling: Sampling;
  /** The prompt, and the tokens that other sources have generated after it. */
  readonly sequence: readonly number[];
  /** How many tokens of the sequence are the prompt. */
  readonly promptTokens: number;
  /** Most tokens of prompt and answer together. */
  readonly maxSequenceTokens: number;
  /** The cached prefix that a former source over the same stages left; absent: none. */
  readonly resume?: OpenMessage['resume'];
  /** How many times longer than usual a stage may take to reply. */
  readonly patience: number;
};

export interface TokenSource {
  readonly route: readonly RouteStage[];
  /** The session's name, as its stages know it. */
  readonly session: string;
  /** How many tokens at the beginning of the sequence are cached: those of `resume`, or none. */
  readonly cachedTokens: number;
  /**
   * Computes a part of the sequence, which begins at `position` and is not empty, and generates tokens after it until the
   * answer ends. Whatever was computed from `position` on before is forgotten.
   *
   * @param isExact whether each generated token is computed by itself, as it was the first time
   */
  run(tokens: readonly number[], position: number, isExact: boolean): void;
  /** Computes a part of the sequence and samples just the next token, which `onWarmedUp` gets. */
  warmUp(tokens: readonly number[], position: number, isExact: boolean): void;
  /**
   * Tells the sampling stage which tokens were generated so far, and waits until it confirms.
   * @throws ChainFailure, also when it does not confirm in time
   */
  restoreHistory(generated: readonly number[], withinMs: number): Promise<void>;
  /**
   * The stage for which the answer waits: the first that does not report its progress, else, while tokens are decoded one at
   * a time, the first that has a segment and does not return its output (a prompt may take long). Undefined when there is no such
   * stage. With it, the progress of all stages as text.
   */
  findStuck(
    withinMs: number,
    isDecoding: boolean,
  ): Promise<{ readonly stuck: StuckStage | undefined; readonly progress: string }>;
  /**
   * Ends the source in order and gathers the stages' accounts for at most a second. The first `retainTokens` tokens of the
   * sequence may stay in the stages' caches.
   */
  finish(retainTokens?: number): Promise<readonly (ClosedMessage | undefined)[]>;
  /** Ends the source at once. Safe to call at any time. */
  abandon(): void;
  /** Called every few seconds: sends a heartbeat to the stages. */
  beat(now: number): void;
}

/**
 * Opens a source. Resolves when it can take segments.
 * @throws ChainFailure, after all its stages were closed
 */
export type OpenTokenSource = (
  options: TokenSourceOptions,
  signal: AbortSignal,
) => Promise<TokenSource>;
