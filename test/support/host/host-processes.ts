/** What tests with real processes share: they wait for conditions instead of sleeping. */
import { setTimeout as delay } from 'node:timers/promises';

/** Resolves with the first value of `look` that is not undefined; fails after the deadline. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  withinMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`Not within ${withinMs} ms: ${what}`);
    }
    await delay(20);
  }
}

/** Like `eventually`, for a condition that only has to become true. */
export async function eventuallyTrue(
  what: string,
  look: () => boolean | Promise<boolean>,
  withinMs?: number,
): Promise<void> {
  await eventually(what, async () => ((await look()) ? true : undefined), withinMs);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
