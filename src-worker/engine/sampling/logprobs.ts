/** Log-probabilities of tokens before any sampling step. */
import type { SampledDetail } from '../../../src-shared/model.ts';

/**
 * The natural logarithm of a token's probability (log-softmax over the raw logits, summed in double precision)
 * and the `top` likeliest tokens, likeliest first, ties by id.
 */
export function logprobsOf(logits: Float32Array, token: number, top: number): SampledDetail {
  let largest = -Infinity;
  for (let id = 0; id < logits.length; id += 1) {
    largest = Math.max(largest, logits[id] ?? -Infinity);
  }
  let sum = 0;
  for (let id = 0; id < logits.length; id += 1) {
    sum += Math.exp((logits[id] ?? -Infinity) - largest);
  }
  const logOfSum = largest + Math.log(sum);
  const logprob = (id: number): number => (logits[id] ?? -Infinity) - logOfSum;
  return {
    logprob: logprob(token),
    top: likeliest(logits, top).map((id) => ({ token: id, logprob: logprob(id) })),
  };
}

/** Ids of the largest logits, largest first. One pass is enough, because `count` is small and the vocabulary large. */
function likeliest(logits: Float32Array, count: number): number[] {
  if (count === 0) {
    return [];
  }
  const best: number[] = [];
  let least = -Infinity;
  for (let id = 0; id < logits.length; id += 1) {
    const logit = logits[id] ?? -Infinity;
    if (best.length < count || logit > least) {
      const place = best.findIndex((other) => (logits[other] ?? -Infinity) < logit);
      best.splice(place === -1 ? best.length : place, 0, id);
      best.length = Math.min(best.length, count);
      least = best.length < count ? -Infinity : (logits[best[count - 1] ?? 0] ?? -Infinity);
    }
  }
  return best;
}
