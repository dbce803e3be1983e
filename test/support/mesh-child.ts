/**
 * A mesh in a process of its own, for tests of what one process cannot show: a peer that is killed. Started
 * by `fork` with a data folder; says where it is, echoes what comes on the test protocol, and stops when told.
 */
import { createMesh } from '../../src-worker/node/mesh/mesh.ts';

const [dataFolder = '', listen = ''] = process.argv.slice(2);
const mesh = await createMesh({
  dataFolder,
  listen: [listen],
  staticPeers: [],
  mdns: false,
  describe: () => ({ state: 'serving', models: [], shards: [] }),
  log: () => {},
});
await mesh.handle('/mindmesh/echo/1.0.0', {
  limits: () => 1024 * 1024,
  maxInboundChannels: 4,
  onChannel: (channel) => channel.onFrame(({ kind, body }) => channel.send(kind, body)),
});
process.once('message', () => {
  void mesh.stop().then(() => process.disconnect());
});
process.send?.({ peer: mesh.peer, addresses: mesh.addresses() });
