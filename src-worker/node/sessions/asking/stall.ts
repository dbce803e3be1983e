/** When an answer stands still for so long that it is given up, where no other chain could go on with it. Pure. */

/** Engines that hang are ended by their own nodes within five seconds; a node that does not do that is not waited for longer. */
const leastMs = 20_000;
const tokensMissed = 20;
/** A whole model tells nothing of a prompt before all of it is computed, and a slow machine takes minutes. */
const leastPromptMs = 300_000;
const promptTokenMs = 200;

/**
 * How long a chain may go without getting on, in milliseconds: from one token to the next, or, where it computes `prompt`
 * tokens, without any stage getting on. `tokenMs` is the median time between tokens of this answer.
 */
export function stallLimitMs(
  waitsFor: 'token' | { readonly prompt: number },
  tokenMs: number,
): number {
  return waitsFor === 'token'
    ? Math.max(leastMs, tokensMissed * tokenMs)
    : Math.max(leastPromptMs, promptTokenMs * waitsFor.prompt);
}

/** How long it is that a chain's stages were last seen to get on. */
export class Standstill {
  #progress: string | undefined;
  #since = 0;

  /** `progress`: how far the stages are now, as text. Returns milliseconds since it was first seen to be so. */
  observe(progress: string, now: number): number {
    if (progress !== this.#progress) {
      this.#progress = progress;
      this.#since = now;
    }
    return now - this.#since;
  }
}
