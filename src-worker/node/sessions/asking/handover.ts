/** Another chain, made ready while the one before it still answers, so that going over to it takes a moment. */
import type { Chain, SampledToken } from './chain.ts';

export type Successor = {
  readonly chain: Chain;
  /** It has computed the sequence up to this position, and sampled what comes there. */
  readonly computed: number;
  readonly next: SampledToken;
};

/** Each round is shorter than the one before unless the other chain is the faster one; then nothing is gained by more. */
const mostRounds = 6;

/**
 * Has a chain compute what there is of a sequence that goes on growing, until it is close behind.
 *
 * @param sequence prompt and answer so far, asked anew each round
 * @param isExact whether so many tokens are to be computed as they were before
 * @param isClose whether so many take hardly longer than one does
 * @throws ChainFailure; the chain is closed then
 */
export async function catchUp(
  chain: Chain,
  sequence: () => readonly number[],
  isExact: (tokens: number) => boolean,
  isClose: (tokens: number) => boolean,
): Promise<Successor> {
  let ahead = sequence();
  let computed = 0;
  try {
    for (let round = 1; ; round += 1) {
      const next = await chain.rehearse(ahead, computed, isExact(ahead.length));
      computed += ahead.length;
      ahead = sequence().slice(computed);
      if (isClose(ahead.length) || round === mostRounds) {
        return { chain, computed, next };
      }
    }
  } catch (error) {
    chain.abandon();
    throw error;
  }
}

/**
 * Tells the chain that takes over what was generated while it got ready, where that matters. Returns the position from
 * which it is to compute; at the end of the sequence that is none, and `next` comes there.
 * @throws ChainFailure
 */
export async function bringUpToDate(
  { chain, computed }: Successor,
  sequence: readonly number[],
  promptTokens: number,
  withinMs: number,
): Promise<number> {
  const generated = sequence.slice(promptTokens);
  if (chain.knows(generated.length)) {
    return computed;
  }
  await chain.learn(generated, withinMs);
  // What was sampled without knowing all is not the next token: the last one is computed again.
  return Math.min(computed, sequence.length - 1);
}
