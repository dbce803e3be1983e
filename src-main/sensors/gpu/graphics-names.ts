/** The names of the cards, looked up once: they do not change while the machine runs. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { outsideArchive } from '../../base/outside-archive.ts';
import { parsePciAddress } from './pci-address.ts';
import type { RunCommand } from '../../base/run-command.ts';

const namesSchema = z
  .array(
    z.object({
      busAddress: z.string().max(40),
      model: z.string().max(200),
      vendor: z.string().max(200),
    }),
  )
  .max(256);

const source = fileURLToPath(new URL('./graphics-names-process.ts', import.meta.url));
/** The script lies beside this file, compiled or not. */
const script = outsideArchive(
  import.meta.url.endsWith('.ts') ? source : source.replace(/ts$/, 'js'),
);
const lookUpWithinMs = 20_000;

/** Names by PCI address. A name that cannot be found is missing; that is never an error. */
export async function lookUpGraphicsNames(
  runCommand: RunCommand,
  nodeExecutable: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(lookUpWithinMs)]);
    return parseGraphicsNames(await runCommand(nodeExecutable, [script], limit));
  } catch {
    return new Map();
  }
}

export function parseGraphicsNames(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { busAddress, model, vendor } of namesSchema.parse(JSON.parse(text))) {
    // systeminformation omits the domain where there is only one.
    const address = parsePciAddress(busAddress) ?? parsePciAddress(`0000:${busAddress}`);
    const name = model.trim() === '' ? vendor.trim() : model.trim();
    if (address !== null && name !== '') {
      names.set(address, name);
    }
  }
  return names;
}
