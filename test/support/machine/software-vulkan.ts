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
