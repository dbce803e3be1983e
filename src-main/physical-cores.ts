/**
 * How many threads an engine gets when its owner does not say: one for each physical core, since matrix
 * products gain nothing from the second thread of a core.
 */
import { availableParallelism } from 'node:os';
import { cpu } from 'systeminformation';

/** Windows answers through PowerShell, which can take seconds; a start does not wait longer than this. */
const lookUpWithinMs = 3000;

let known: Promise<number> | undefined;

/** Looked up once in a process: never on the way of a request. At least 1, at most what we may use. */
export function physicalCores(): Promise<number> {
  known ??= lookUp();
  return known;
}

async function lookUp(): Promise<number> {
  const usable = availableParallelism();
  const { promise: tooLate, resolve } = Promise.withResolvers<number>();
  const timer = setTimeout(() => resolve(usable), lookUpWithinMs);
  try {
    return await Promise.race([
      cpu().then(({ physicalCores }) => Math.max(1, Math.min(physicalCores || usable, usable))),
      tooLate,
    ]);
  } catch {
    return usable;
  } finally {
    clearTimeout(timer);
  }
}
