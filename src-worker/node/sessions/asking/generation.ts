/** The node's one way to get tokens: what the text side asks of sessions, and what it gets back. */
import type { Receipt } from '../../../../src-shared/chat.ts';
import type { ModelSummary, SampledDetail, Sampling } from '../../../../src-shared/model.ts';
import type { RouteRules } from '../../../../src-shared/route-rules.ts';

export type GenerationRequest = {
  readonly model: ModelSummary;
  readonly promptTokens: readonly number[];
  readonly sampling: Sampling;
  /** Most tokens to generate; the caller has checked that prompt and answer fit the context. */
  readonly maxAnswerTokens: number;
  /** The peers that the generation may use; absent: all. */
  readonly rules?: RouteRules | undefined;
  /**
   * Aborting it ends the generation in order, as an end of generation would: all stages stop within a
   * token, and `done` with reason `end` and the receipt still comes. For answers cut by a stop text.
   */
  readonly finish?: AbortSignal;
};

export type GenerationEvent =
  | {
      readonly type: 'token';
      readonly token: number;
      /** The token ends the generation and is not to be shown; `done` follows. */
      readonly endOfGeneration: boolean;
      readonly detail?: SampledDetail;
      /** What all stages computed for it, and when it arrived, in milliseconds on the coordinator's clock. */
      readonly timing?: { readonly computeMs: number; readonly at: number };
    }
  | { readonly type: 'done'; readonly reason: 'end' | 'length'; readonly receipt: Receipt };

export interface Generations {
  /** Models that a chat may ask for now, own ones and those that peers' records make complete. */
  models(): readonly ModelSummary[];
  /** Longest prompt and answer together that the mesh can hold for the model by these rules now, in tokens. */
  contextLength(model: ModelSummary, rules?: RouteRules): number;
  /**
   * Runs one sequence over the mesh. Ending the iteration early (`return`) or aborting the signal stops
   * all stages within a token.
   * @throws AppError `no-route` (naming the missing layers), `over-capacity`, `peer-failed`, `engine-died`,
   * `cancelled`
   */
  generate(
    request: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void, void>;
}
