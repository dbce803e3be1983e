/** A process that starts an engine and then waits, so that a test can kill it and see what happens to the engine. */
import { EngineClient } from '../../../src-worker/node/engines/engine-client.ts';
import { engineEntry } from './engine-process.ts';

const [path = ''] = process.argv.slice(2);
const client = await EngineClient.start(
  { path, role: 'whole', threads: 1, backend: 'cpu' },
  { onOutput: () => {}, onSessionFailed: () => {}, onExit: () => {} },
  { entry: engineEntry },
);
process.stdout.write(`${client.pid}\n`);
