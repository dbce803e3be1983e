/**
 * Entry of the process behind `mindmesh bootstrap`: a node through which new nodes find peers, and a relay for peers that
 * cannot be dialled. It has no models, no engines and no API. It is started over an IPC channel and ends with that channel.
 */
import { once } from 'node:events';
import {
  bootstrapApi,
  type BootstrapConfig,
  type DhtAddress,
} from '../../../src-shared/api/bootstrap-api.ts';
import { describeCauses, toAppError } from '../../../src-shared/errors.ts';
import { RpcServer } from '../../../src-shared/rpc/server.ts';
import type { Log } from '../base/log.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { OwnDht } from '../mesh/transport/udx/own-dht.ts';
import { createPoolMesh } from '../pools/pool-mesh.ts';

let mesh: Promise<Mesh> | undefined;
let dht: Promise<OwnDht> | undefined;

const command = new RpcServer({
  contract: bootstrapApi,
  handlers: () => ({
    start: async (config) => {
      mesh ??= join(config);
      const joined = await mesh;
      if (config.dht !== undefined) {
        dht ??= runDht(config.dht);
        await dht;
      }
      const [node] = (await dht)?.nodes ?? [];
      return {
        peer: joined.peer,
        addresses: [...joined.addresses()],
        ...(node === undefined ? {} : { dht: node }),
      };
    },
  }),
  send: (message) => {
    if (process.connected) {
      process.send?.(message, () => {});
    }
  },
  onInternalError: (error) => log('error', describeCauses(error)),
});

const log: Log = (level, message) => command.tell('log', { level, message });

/** Loads the DHT's library only where it is wanted: its native parts are not made for every system. */
async function runDht(address: DhtAddress): Promise<OwnDht> {
  const { startOwnDht } = await import('../mesh/transport/udx/own-dht.ts');
  return startOwnDht(address);
}

async function stop(part: Promise<{ stop(): Promise<void> }> | undefined): Promise<void> {
  const running = await part?.catch(() => undefined);
  await running?.stop();
}

function join(config: BootstrapConfig): Promise<Mesh> {
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
    log,
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
  process.on('message', (message) => {
    command.receive(message).catch((error: unknown) => log('warn', toAppError(error).message));
  });
  await over;
  await Promise.all([stop(mesh), stop(dht)]);
  process.exit(0);
}
