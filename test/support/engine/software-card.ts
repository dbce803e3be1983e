/** Lets engines compute on Mesa's software Vulkan. llama.cpp uses it, a processor after all, only where it is told to. */
import { onTestFinished } from 'vitest';
import { softwareVulkan } from '../machine/software-vulkan.ts';

const driver = softwareVulkan();

/** Where there is none, tests on it are skipped. */
export const hasSoftwareCard = driver !== undefined;

/** The environment of processes whose engines are to see the software card as so many devices, and no real one. */
function softwareCards(devices = 1): Record<string, string> {
  return {
    VK_DRIVER_FILES: driver ?? '',
    GGML_VK_VISIBLE_DEVICES: Array.from({ length: devices }, () => '0').join(','),
  };
}

/** Gives engines that this process starts during this test the software card. */
export function useSoftwareCards(devices = 1): void {
  const environment = softwareCards(devices);
  Object.assign(process.env, environment);
  onTestFinished(() => {
    for (const name of Object.keys(environment)) {
      delete process.env[name];
    }
  });
}
