/** When an answer stands still for so long that it is given up, where no other chain could take it over. Pure. */

/** Least limit in milliseconds: a healthy node ends an engine that hangs within five seconds, and another chain may need time. */
const leastMs = 20_000;
const tokensMissed = 20;
/** Least limit for a prompt, in milliseconds: a chain of one reports no progress within a piece, and a slow machine takes minutes. */
const leastPromptMs = 300_000;
const promptTokenMs = 200;

/**
 * How long a chain may make no progress, in milliseconds: from one token to the next, or, while it computes a prompt of
 * `prompt` tokens, without progress of any stage. `tokenMs` is the median time between tokens of this answer.
 */
export function stallLimitMs(
  waitsFor: 'token' | { readonly prompt: number },
  tokenMs: number,
): number {
  return waitsFor === 'token'
    ? Math.max(leastMs, tokensMissed * tokenMs)
    : Math.max(leastPromptMs, promptTokenMs * waitsFor.prompt);
}

/** Measures how long the progress of a chain's stages has stayed the same. */
export class Standstill {
  #progress: string | undefined;
  #since = 0;

  /** `progress`: that of all stages now, as text. Returns the milliseconds since this text was first seen. */
  observe(progress: string, now: number): number {
    if (progress !== this.#progress) {
      this.#progress = progress;
      this.#since = now;
    }
    return now - this.#since;
  }
}
