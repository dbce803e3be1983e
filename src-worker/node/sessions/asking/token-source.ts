/**
 * What produces the tokens of an answer, as the answer sees it: a sequence in, tokens out, ended as one. A chain of stages
 * is one; whatever else produces tokens (several chains together, one that guesses ahead) fits behind the same interface.
 */
import type { ModelSummary, SampledDetail, Sampling } from '../../../../src-shared/model.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { ChainFailure } from './chain-failure.ts';
import type { ClosedMessage, OpenMessage } from '../protocol/stage-messages.ts';

export type SampledToken = {
  readonly token: number;
  readonly endOfGeneration: boolean;
  readonly detail: SampledDetail | undefined;
  /** What all stages computed for it, in milliseconds. */
  readonly computeMs: number;
  /** When it arrived, in milliseconds of monotonic time. */
  readonly at: number;
};

/** `isSilent`: the stage says nothing at all, so it is not its work that takes long. */
export type StuckStage = { readonly stage: RouteStage; readonly isSilent: boolean };

/** What a source tells of itself, from when it begins to open until it is abandoned or finished. */
export type TokenSourceListener = {
  readonly onToken: (token: SampledToken) => void;
  /** A warm-up is done; what would come next was sampled. */
  readonly onWarmedUp: (next: SampledToken) => void;
  /** Called at most once, after the source was open. */
  readonly onFailed: (failure: ChainFailure) => void;
  /** A stage will be gone soon. */
  readonly onDraining: (stage: RouteStage) => void;
  /** A stage does not answer while the source opens; told again and again while that lasts. */
  readonly onUnanswered: (stage: RouteStage) => void;
};

export type TokenSourceOptions = TokenSourceListener & {
  readonly route: readonly RouteStage[];
  readonly model: ModelSummary;
  readonly sampling: Sampling;
  /** The prompt, and what other sources have generated after it. */
  readonly sequence: readonly number[];
  /** Of the sequence. */
  readonly promptTokens: number;
  /** Tokens of prompt and answer at most. */
  readonly maxSequenceTokens: number;
  /** What a former source over the same stages left of the sequence; absent: nothing. */
  readonly resume?: OpenMessage['resume'];
  /** How many times longer than usual a stage may take to answer. */
  readonly patience: number;
};

export interface TokenSource {
  readonly route: readonly RouteStage[];
  /** What its stages know it by. */
  readonly session: string;
  /** Tokens at the beginning of the sequence that need not be computed: those that were to be resumed, or none. */
  readonly cachedTokens: number;
  /**
   * Computes a part of the sequence, which begins at `position` and is not empty, and all that follows from it: tokens
   * come until the answer ends. What was computed from `position` on before is forgotten.
   *
   * @param isExact whether each generated token is computed by itself, as it was before
   */
  run(tokens: readonly number[], position: number, isExact: boolean): void;
  /** Computes a part of the sequence and nothing that follows from it but the next token, which `onWarmedUp` is told. */
  warmUp(tokens: readonly number[], position: number, isExact: boolean): void;
  /**
   * Tells what samples which tokens were generated so far, and waits until it knows.
   * @throws ChainFailure, also when it does not say so in time
   */
  restoreHistory(generated: readonly number[], withinMs: number): Promise<void>;
  /**
   * The stage that holds the answer up: the first that does not say how far it is, else, where one token at a time goes
   * round, the first that has work and does not give it back; a prompt may take long. Undefined when none does. With it,
   * how far all stages are, as text.
   */
  findStuck(
    withinMs: number,
    isDecoding: boolean,
  ): Promise<{ readonly stuck: StuckStage | undefined; readonly progress: string }>;
  /**
   * Ends it in order and gathers the stages' accounts, for at most a second. So many tokens of the sequence may stay in
   * the stages' caches.
   */
  finish(retainTokens?: number): Promise<readonly (ClosedMessage | undefined)[]>;
  /** Ends it at once. Safe to call at any time. */
  abandon(): void;
  /** Called every few seconds: tells the stages that this end is alive. */
  beat(now: number): void;
}

/**
 * Resolves when the source is ready for work.
 * @throws ChainFailure, after which nothing is left of it
 */
export type OpenTokenSource = (
  options: TokenSourceOptions,
  signal: AbortSignal,
) => Promise<TokenSource>;
