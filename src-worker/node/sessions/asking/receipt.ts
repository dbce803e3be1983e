/** The receipt of an answer, from the measurements of the coordinator and the accounts of the stages. */
import type { Receipt } from '../../../../src-shared/chat.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { ClosedMessage } from '../protocol/stage-messages.ts';
import { layerCount, rangeOf } from '../../../../src-shared/layers.ts';

export type AnswerMeasurements = {
  readonly model: string;
  readonly route: readonly RouteStage[];
  /** Each stage's own account; undefined where none came. */
  readonly accounts: readonly (ClosedMessage | undefined)[];
  readonly promptTokens: number;
  /** How many of these the stages had cached from an earlier answer. */
  readonly cachedTokens: number;
  readonly tokens: number;
  /** How often another chain took over in the middle of the answer. */
  readonly takeovers: number;
  /** Milliseconds on one clock: the request, its first token, its latest token, its end. */
  readonly startedAt: number;
  readonly firstTokenAt: number;
  readonly latestTokenAt: number;
  readonly endedAt: number;
  /** Medians in milliseconds: between decoded tokens, and the computing time of all shards for one. */
  readonly tokenMs: number;
  readonly computeMs: number;
};

/** The receipt of one answer. A stage without an account gets a share of the computing time by its layers. */
export function makeReceipt(measured: AnswerMeasurements): Receipt {
  const decodeMs = measured.latestTokenAt - measured.firstTokenAt;
  return {
    model: measured.model,
    stages: receiptStages(measured),
    promptTokens: measured.promptTokens,
    ...(measured.cachedTokens === 0 ? {} : { cachedTokens: measured.cachedTokens }),
    tokens: measured.tokens,
    ...(measured.takeovers === 0 ? {} : { takeovers: measured.takeovers }),
    tokensPerSecond: decodeMs > 0 ? ((measured.tokens - 1) * 1000) / decodeMs : 0,
    firstTokenMs: measured.firstTokenAt - measured.startedAt,
    totalMs: measured.endedAt - measured.startedAt,
    ...signedParts(measured.accounts),
  };
}

function signedParts(accounts: AnswerMeasurements['accounts']): Pick<Receipt, 'signedParts'> {
  const parts = accounts.map((account) => account?.signed ?? null);
  return parts.every((part) => part === null) ? {} : { signedParts: parts };
}

/**
 * One-way times cannot be measured without a common clock, but a token's whole round can. The part of it in which no stage
 * had the token is the links' time, shared evenly among the links between different machines. The time that a stage had
 * a token without computing it belongs to the hop into that stage.
 */
function receiptStages({
  route,
  accounts,
  tokenMs,
  computeMs,
}: AnswerMeasurements): Receipt['stages'] {
  const layers = route.reduce((sum, stage) => sum + layerCount(stage), 0);
  const stages = route.map((stage, index) => {
    const account = accounts[index];
    const computed = account?.computeMs ?? (computeMs * layerCount(stage)) / layers;
    return { stage, computed, occupied: Math.max(account?.turnaroundMs ?? 0, computed) };
  });
  const linksMs = Math.max(0, tokenMs - stages.reduce((sum, { occupied }) => sum + occupied, 0));
  const weights = linkWeights(route);
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
  return stages.map(({ stage, computed, occupied }, index) => ({
    peer: stage.peer,
    ...rangeOf(stage),
    computeMs: computed,
    hopMs: occupied - computed + (linksMs * (weights[index] ?? 0)) / weightSum,
  }));
}

/** For each stage, the weight of the link into it; the first stage's link comes from the last stage. */
function linkWeights(route: readonly RouteStage[]): readonly number[] {
  const weights = route.map((stage, index) => (stage.peer === route.at(index - 1)?.peer ? 0 : 1));
  return weights.every((weight) => weight === 0) ? route.map(() => 1) : weights;
}
