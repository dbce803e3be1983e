/**
 * The driver file of Mesa's software Vulkan, the graphics card of machines without one; undefined where it is not
 * installed.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = '/usr/share/vulkan/icd.d';

export function softwareVulkan(): string | undefined {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const file = files.find((name) => name.startsWith('lvp_icd.'));
  return file === undefined ? undefined : join(folder, file);
}

/**
 * Environment variables that make a process see the software card as this many devices, and no real card; undefined
 * where it is not installed.
 */
export function softwareCards(devices = 1): Record<string, string> | undefined {
  const driver = softwareVulkan();
  return driver === undefined
    ? undefined
    : {
        VK_DRIVER_FILES: driver,
        GGML_VK_VISIBLE_DEVICES: Array.from({ length: devices }, () => '0').join(','),
      };
}
