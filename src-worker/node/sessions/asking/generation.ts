/** The interface between `text/` and `sessions/`: the request for a generation, and the events that it yields. */
import type { Receipt } from '../../../../src-shared/chat.ts';
import type { ModelSummary, SampledDetail, Sampling } from '../../../../src-shared/model.ts';
import type { RouteRules } from '../../../../src-shared/route-rules.ts';

export type GenerationRequest = {
  readonly model: ModelSummary;
  readonly promptTokens: readonly number[];
  readonly sampling: Sampling;
  /** Most tokens to generate; prompt and answer together must fit the context. */
  readonly maxAnswerTokens: number;
  /** Rules for the peers that the generation may use; absent: all. */
  readonly rules?: RouteRules | undefined;
  /**
   * Aborting this signal ends the generation in order, as an end of generation would: all stages stop within a token, and
   * `done` with reason `end` and the receipt still comes. For answers that a stop string cuts.
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
      /** The computing time of all stages for this token, and when it arrived on the coordinator's clock; milliseconds. */
      readonly timing?: { readonly computeMs: number; readonly at: number };
    }
  | { readonly type: 'done'; readonly reason: 'end' | 'length'; readonly receipt: Receipt };

export interface Generations {
  /** Models that a chat may use now: own ones, and those of which peers' records together host all layers. */
  models(): readonly ModelSummary[];
  /** Most tokens of prompt and answer together that the mesh has room for now, for this model under these rules. */
  contextLength(model: ModelSummary, rules?: RouteRules): number;
  /**
   * Generates one answer over the mesh. Ending the iteration early (`return`) or aborting the signal stops all stages
   * within a token.
   * @throws AppError `no-route` (naming the missing layers), `over-capacity`, `peer-failed`, `engine-died`,
   * `cancelled`
   */
  generate(
    request: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationEvent, void, void>;
}
