/**
 * A mesh in a process of its own, for tests that one process cannot show: a peer that is killed, or one in another
 * network. It is started by `fork` with a data folder, an address to listen on, perhaps bootstrap nodes, and `--upnp`
 * where it is to ask its router. It reports its addresses, echoes data on the test protocol, answers the test's
 * requests, and stops when told.
 */
import { createPoolMesh } from '../../../src-worker/node/pools/pool-mesh.ts';

const protocol = '/mindmesh/echo/1.0.0';
const limits = (): number => 4 * 1024 * 1024;

const words = process.argv.slice(2);
const upnp = words.includes('--upnp');
const [dataFolder = '', listen = '', ...bootstrap] = words.filter((word) => word !== '--upnp');
const mesh = await createPoolMesh({
  dataFolder,
  listen: [listen],
  staticPeers: [],
  bootstrap,
  mdns: false,
  upnp,
  describe: () => ({ state: 'serving', models: [], shards: [] }),
  log: () => {},
});
await mesh.handle(protocol, {
  limits,
  maxInboundChannels: 4,
  onChannel: (channel) => channel.onFrame(({ kind, body }) => channel.send(kind, body)),
});

/** Sends this many bytes to a peer and back; returns milliseconds. */
async function echo(peer: string, bytes: number): Promise<number> {
  const begun = performance.now();
  const channel = await mesh.openChannel(peer, protocol, limits, AbortSignal.timeout(10_000));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  channel.onFrame(({ body }) => (body.length === bytes ? resolve() : reject(new Error('changed'))));
  channel.onClose((error) => reject(error ?? new Error('closed')));
  await channel.send(1, Buffer.alloc(bytes, 7));
  await promise;
  await channel.close();
  return performance.now() - begun;
}

export type MeshQuestion = 'state' | { readonly echo: string; readonly bytes: number };

process.on('message', (message: 'stop' | MeshQuestion) => {
  if (message === 'stop') {
    void mesh.stop().then(() => process.disconnect());
  } else if (message === 'state') {
    process.send?.({ addresses: mesh.addresses(), reach: mesh.reach(), peers: mesh.knownPeers() });
  } else {
    echo(message.echo, message.bytes).then(
      (ms) => process.send?.({ ms }),
      (error: unknown) => process.send?.({ failed: String(error) }),
    );
  }
});
process.send?.({ peer: mesh.peer, addresses: mesh.addresses() });
