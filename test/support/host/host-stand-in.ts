/** Hosts for tests, in folders of their own, with a stand-in for the node process. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createHost, type Host } from '../../../src-main/host/host.ts';
import type { HostOptions } from '../../../src-main/host/host-options.ts';
import { temporaryFolder } from '../machine/temporary-folder.ts';

const standInScript = fileURLToPath(new URL('../../fixtures/host-node.ts', import.meta.url));

/** A host that is ready unless the options say otherwise; it is stopped after the test. */
export async function standInHost(options: HostOptions = {}): Promise<Host> {
  const host = await createHost({
    dataFolder: options.dataFolder ?? (await temporaryFolder()),
    restartPolicy: { firstMs: 10, longestMs: 1000, steadyAfterMs: 60_000 },
    alwaysWork: options.sources === undefined,
    ...options,
    overrides: { apiPort: 0, ...options.overrides },
    files: { nodeScript: standInScript, ...options.files },
  });
  onTestFinished(() => host.stop());
  return host;
}

/** Everything in the log of a data folder. */
export function logOf(folder: string): Promise<string> {
  return readFile(join(folder, 'logs', 'mindmesh.log'), 'utf8');
}
