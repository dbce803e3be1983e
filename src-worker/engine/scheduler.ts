/**
 * Plans the next batch from the waiting sessions. Pure, so that its rules can be
 * tested without a model: tokens of running answers go first, every waiting session gets a share, and a
 * long prompt never delays other sessions' answers for long.
 */

/** A segment of up to so many tokens belongs to a running answer (one token, or a few drafts to verify); a longer one to a prompt. */
export const mostDecodeTokens = 8;

export type Waiting = {
  readonly session: number;
  /** Tokens left of the session's first segment. */
  readonly tokens: number;
  /** How many of the shard's layers the session uses. */
  readonly layers: number;
  /** Whether each token is computed in a batch of its own. */
  readonly isOneByOne: boolean;
};

export type Share = { readonly session: number; readonly tokens: number };

export type BatchLimits = {
  /** Most tokens in a batch. */
  readonly batchSize: number;
  /** Most tokens of prompts in a batch while other sessions answer. */
  readonly promptTokens: number;
  /** Whether any session is answering, even if its next token is still in other shards. */
  readonly answering: boolean;
};

/**
 * The next batch, in the order of `waiting`, whose first session has waited longest. A session has at
 * most one share. A single prompt gets as much as fits, so that its batches depend
 * only on its segments. A session whose tokens are computed one by one is served when it is first.
 *
 * A batch ends after one layer, so all its sessions use as many layers as the first one; other sessions move to the front
 * of the queue meanwhile.
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
    // Each prompt gets an equal share of the room left; the unused part goes to the prompts after it.
    const taken = Math.min(tokens, Math.ceil(room / (prompts.length - index)));
    if (taken > 0) {
      plan.push({ session, tokens: taken });
      room -= taken;
    }
  }
  return plan;
}
