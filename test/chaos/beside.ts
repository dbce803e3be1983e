/**
 * `node test/chaos/beside.ts COMMAND…`: runs a minute of chaos in the computing time that the command leaves.
 * Prints the output of both, and fails when either fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

const chaosScript = fileURLToPath(new URL('run.ts', import.meta.url));
/** A niceness that leaves most of the time to the command, without starving ten nodes. */
const niceness = 5;

async function run(command: string, args: readonly string[], nice = 0): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit' });
  if (child.pid !== undefined && nice > 0) {
    setPriority(child.pid, nice);
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('Usage: node test/chaos/beside.ts COMMAND [ARGUMENT]…');
  process.exitCode = 2;
} else {
  const codes = await Promise.all([
    run(command, args),
    run(process.execPath, [chaosScript, '--minutes', '1'], niceness),
  ]);
  process.exitCode = Math.max(...codes);
}
