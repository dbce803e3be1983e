/**
 * Entry of the process behind `mindmesh bootstrap`: a node through which new nodes find peers, and a relay for peers that
 * cannot be dialled. It has no models, no engines and no API. It gets its configuration
 * over an IPC channel and ends with that channel.
 */
import { once } from 'node:events';
import {
  bootstrapConfigSchema,
  type BootstrapMessage,
} from '../../../src-shared/api/bootstrap-api.ts';
import { describeCauses, toAppError } from '../../../src-shared/errors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { createPoolMesh } from '../pools/pool-mesh.ts';

function send(message: BootstrapMessage): void {
  if (process.connected) {
    process.send?.(message, () => {});
  }
}

async function start(message: unknown): Promise<Mesh> {
  const config = bootstrapConfigSchema.parse(message);
  return createPoolMesh({
    dataFolder: config.dataFolder,
    listen: config.listen,
    staticPeers: config.peers,
    // Peers on its local network use its address too, so mDNS is not needed.
    mdns: false,
    poolOnly: config.poolOnly,
    relay: config.relay,
    maxConnections: config.maxConnections,
    describe: () => ({ state: 'serving', models: [], shards: [] }),
    log: (level, text) => send({ type: 'log', level, message: text }),
  });
}

// Ctrl-C in a terminal reaches the whole process group; the command decides what it means.
process.on('SIGINT', () => {});
process.on('uncaughtException', (error) => {
  process.stderr.write(`${describeCauses(error)}\n`, () => process.exit(1));
});

if (process.send === undefined) {
  process.stderr.write('This is a part of "mindmesh bootstrap".\n', () => process.exit(2));
} else {
  const over = Promise.race([once(process, 'disconnect'), once(process, 'SIGTERM')]);
  const [message] = await once(process, 'message');
  try {
    const mesh = await start(message);
    send({ type: 'ready', peer: mesh.peer, addresses: [...mesh.addresses()] });
    await over;
    await mesh.stop();
    process.exit(0);
  } catch (error) {
    send({ type: 'failed', error: toAppError(error).toReport() });
    setImmediate(() => process.exit(1));
  }
}
