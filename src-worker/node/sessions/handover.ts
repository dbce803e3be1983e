/** Another chain, made ready while the one before it still answers, so that going over to it takes a moment. */
import type { Chain } from './chain.ts';

export type Successor = {
  readonly chain: Chain;
  /** It has computed the sequence up to this position. */
  readonly computed: number;
};

/** So few tokens are computed in the time of one or two. */
const closeEnough = 4;
/** Each round is shorter than the one before unless the other chain is the faster one; then nothing is gained by more. */
const mostRounds = 6;

/**
 * Has a chain compute what there is of a sequence that goes on growing, until it is close behind.
 *
 * @param sequence prompt and answer so far, asked anew each round
 * @throws ChainFailure; the chain is closed then
 */
export async function catchUp(chain: Chain, sequence: () => readonly number[]): Promise<Successor> {
  let computed = 0;
  try {
    for (let round = 0; round < mostRounds; round += 1) {
      const ahead = sequence().slice(computed);
      if (round > 0 && ahead.length <= closeEnough) {
        break;
      }
      await chain.rehearse(ahead, computed);
      computed += ahead.length;
    }
    return { chain, computed };
  } catch (error) {
    chain.abandon();
    throw error;
  }
}
