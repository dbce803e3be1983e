/**
 * Lets engines compute on Mesa's software Vulkan. It runs on the processor, so llama.cpp uses it only where it is
 * told to.
 */
import { onTestFinished } from 'vitest';
import { softwareCards } from '../machine/software-vulkan.ts';

/** Where there is none, tests on it are skipped. */
export const hasSoftwareCard = softwareCards() !== undefined;

/** Gives the software card to engines that this process starts during this test. */
export function useSoftwareCards(devices = 1): void {
  const environment = softwareCards(devices) ?? {};
  Object.assign(process.env, environment);
  onTestFinished(() => {
    for (const name of Object.keys(environment)) {
      delete process.env[name];
    }
  });
}

/** Gives it to the processes that are started in `run`, and to their engines. */
export async function withSoftwareCards<T>(run: () => Promise<T>): Promise<T> {
  const environment = softwareCards() ?? {};
  Object.assign(process.env, environment);
  try {
    return await run();
  } finally {
    for (const name of Object.keys(environment)) {
      delete process.env[name];
    }
  }
}
