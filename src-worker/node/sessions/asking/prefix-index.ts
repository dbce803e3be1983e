/**
 * Remembers in which chains' caches the prompts of earlier answers may still be, so that a conversation's next question
 * only computes what is new. Stages cache them for minutes and drop them without notice; a question that finds nothing
 * computes everything.
 *
 * Only whole pieces of a prompt are resumed, in the size into which the new prompt would be cut, and no generated tokens.
 * Every cache therefore holds, to the last bit, what computing everything anew would put there, and an answer is the same
 * with a cached prefix, without one, and after a failure. The price: the latest answer is computed again, in large pieces.
 */
import type { ModelSummary } from '../../../../src-shared/model.ts';
import type { PrefixHolder } from '../../routing/route-question.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { chunkSize } from './prefill-chunks.ts';
import { isSameRange, rangeOf } from '../../../../src-shared/layers.ts';

/** Most conversations that are remembered; the one that was used least recently is forgotten first. */
const maxChains = 32;
/** How long an entry is remembered, in milliseconds: about as long as stages cache a prefix. */
const keepForMs = 300_000;

export type CachedChain = {
  readonly manifestId: string;
  readonly route: readonly RouteStage[];
  /** The name of the session, as the stages know it. */
  readonly session: string;
  /** The cached tokens: whole pieces of the prompt, each of `size` tokens. */
  readonly tokens: Int32Array;
  readonly pieceTokens: number;
};

/** The cached prefix that a new session asks its stages for. */
export type Resume = { readonly session: string; readonly tokens: number };

type Asked = { readonly model: ModelSummary; readonly promptTokens: readonly number[] };

/** The part of a computed prompt that a chain can cache; undefined where it has no whole piece. */
export function cachedChainOf(
  { model, promptTokens }: Asked,
  route: readonly RouteStage[],
  session: string,
): CachedChain | undefined {
  const pieceTokens = chunkSize(promptTokens.length, route.length, model.width);
  const whole = wholePieces(promptTokens.length, pieceTokens);
  return whole === 0
    ? undefined
    : {
        manifestId: model.manifestId,
        route,
        session,
        tokens: Int32Array.from(promptTokens.slice(0, whole)),
        pieceTokens,
      };
}

export class PrefixIndex {
  readonly #now: () => number;
  /** All cached chains, the latest last. */
  #all: readonly { readonly chain: CachedChain; readonly at: number }[] = [];

  /** `now`: monotonic time, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(chain: CachedChain): void {
    const at = this.#now();
    this.#all = [...this.#fresh(), { chain, at }].slice(-maxChains);
  }

  /** The stages that have the longest prefix of the prompt, for the route planner. */
  holders(asked: Asked): PrefixHolder[] {
    const [best] = this.#candidates(asked).toSorted((a, b) => b.tokens - a.tokens);
    return best === undefined
      ? []
      : best.chain.route.map((stage) => ({
          peer: stage.peer,
          ...rangeOf(stage),
          tokens: best.tokens,
        }));
  }

  /** Takes out the prefix that a session over this route can resume, if there is one, so that no other session gets it. */
  take(asked: Asked, route: readonly RouteStage[]): Resume | undefined {
    const [best] = this.#candidates(asked)
      .filter(({ chain }) => isSameRoute(chain.route, route))
      .toSorted((a, b) => b.tokens - a.tokens);
    if (best === undefined) {
      return undefined;
    }
    this.#all = this.#all.filter(({ chain }) => chain !== best.chain);
    return { session: best.chain.session, tokens: best.tokens };
  }

  /** Cached chains of the model, the latest first, each with the number of prompt tokens that it has. */
  #candidates({ model, promptTokens }: Asked): { chain: CachedChain; tokens: number }[] {
    this.#all = this.#fresh();
    return this.#all
      .map(({ chain }) => chain)
      .filter(({ manifestId }) => manifestId === model.manifestId)
      .map((chain) => ({ chain, tokens: usable(chain, promptTokens, model.width) }))
      .filter(({ tokens }) => tokens > 0)
      .toReversed();
  }

  #fresh(): readonly { readonly chain: CachedChain; readonly at: number }[] {
    const oldest = this.#now() - keepForMs;
    return this.#all.filter(({ at }) => at > oldest);
  }
}

/** How many tokens of the prompt need not be computed. The last one always is: sampling needs its logits. */
function usable(chain: CachedChain, promptTokens: readonly number[], width: number): number {
  const { tokens, pieceTokens, route } = chain;
  if (chunkSize(promptTokens.length, route.length, width) !== pieceTokens) {
    return 0;
  }
  const most = Math.min(tokens.length, promptTokens.length - 1);
  const end = tokens.findIndex((token, index) => index >= most || token !== promptTokens[index]);
  return wholePieces(end === -1 ? most : Math.min(end, most), pieceTokens);
}

function wholePieces(tokens: number, pieceTokens: number): number {
  return Math.floor(tokens / pieceTokens) * pieceTokens;
}

function isSameRoute(one: readonly RouteStage[], other: readonly RouteStage[]): boolean {
  return (
    one.length === other.length &&
    one.every((stage, index) => {
      const theirs = other[index];
      return stage.peer === theirs?.peer && isSameRange(stage, theirs);
    })
  );
}
