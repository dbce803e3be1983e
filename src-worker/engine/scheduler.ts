/**
 * Decides what goes into the next batch, from what each session waits for. Pure, so that its promises can be
 * tested without a model: tokens of running answers go first, every session that waits gets a share, and a
 * long prompt never holds others' answers up for long.
 */

/** Work of up to so many tokens is an answer going on (one token, or a few guesses to verify); more is a prompt. */
export const mostDecodeTokens = 8;

export type Waiting = {
  readonly session: number;
  /** Tokens left of the session's first work. */
  readonly tokens: number;
  /** How many of the shard's layers the session uses. */
  readonly layers: number;
  /** Each of them is computed in a batch of its own. */
  readonly isOneByOne: boolean;
};

export type Share = { readonly session: number; readonly tokens: number };

export type BatchLimits = {
  /** Most tokens in a batch. */
  readonly batchSize: number;
  /** Most tokens of prompts in a batch that others' answers wait for. */
  readonly promptTokens: number;
  /** Whether some session's answer is going on, though its next token may be on its way through other shards. */
  readonly answering: boolean;
};

/**
 * The next batch, in the order of `waiting`, whose first is the one that has waited longest. One session has at
 * most one share. A prompt that has the machine for itself gets as much as fits, so its batches depend on
 * nothing but its work. What is computed one by one has its turn when it is first.
 *
 * A batch ends after one layer, so all its sessions use as many layers as the first one; the others come to the front
 * by that.
 */
export function planBatch(waiting: readonly Waiting[], limits: BatchLimits): Share[] {
  const [first] = waiting;
  if (first?.isOneByOne === true) {
    return [{ session: first.session, tokens: 1 }];
  }
  const together = waiting.filter(
    ({ isOneByOne, layers }) => !isOneByOne && layers === first?.layers,
  );
  const answers = together.filter(({ tokens }) => tokens <= mostDecodeTokens);
  const prompts = together.filter(({ tokens }) => tokens > mostDecodeTokens);
  const plan: Share[] = [];
  let room = limits.batchSize;
  for (const { session, tokens } of answers) {
    const taken = Math.min(tokens, room);
    if (taken > 0) {
      plan.push({ session, tokens: taken });
      room -= taken;
    }
  }
  const isAwaited = waiting.some(
    ({ tokens, isOneByOne }) => isOneByOne || tokens <= mostDecodeTokens,
  );
  if (limits.answering || isAwaited) {
    room = Math.min(room, limits.promptTokens);
  }
  for (const [index, { session, tokens }] of prompts.entries()) {
    // An equal share of what is left; what one does not need goes to those after it.
    const taken = Math.min(tokens, Math.ceil(room / (prompts.length - index)));
    if (taken > 0) {
      plan.push({ session, tokens: taken });
      room -= taken;
    }
  }
  return plan;
}
