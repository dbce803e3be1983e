/** A host that listens elsewhere after a change of its settings is connected to its peer again within seconds. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { WindowHost } from '../support/window/window-host.ts';

/** Includes the start of the node, which takes most of it, in milliseconds. */
const backWithinMs = 10_000;

async function startHost(...flags: string[]): Promise<WindowHost> {
  const host = await WindowHost.start('--no-shards', ...flags);
  onTestFinished(() => host.dispose());
  return host;
}

function isConnected(host: WindowHost): Promise<boolean> {
  return host.ask(async (connection) => {
    const { node } = connection.snapshot();
    return node?.peers.some(({ connected }) => connected) === true;
  });
}

async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `/ip4/127.0.0.1/tcp/${port}`;
}

it('is found again whichever of the two moves, and also when the setting of the other names its former address', async () => {
  const asked = await startHost();
  // From the first change on, the other host's setting has an address that is no longer right.
  const asking = await startHost('--peer', await asked.peerAddress());
  const hosts = [asked, asking];
  await Promise.all(
    hosts.map((host) => eventuallyTrue('they are connected', () => isConnected(host))),
  );
  for (const moving of [asked, asking, asked, asking]) {
    const address = await freeAddress();
    const changedAt = performance.now();
    await moving.ask((connection) => connection.call('changeSettings', { listen: [address] }));
    expect(await moving.peerAddress()).toContain(address);
    for (const host of hosts) {
      await eventuallyTrue('they are connected again', () => isConnected(host));
    }
    expect(performance.now() - changedAt).toBeLessThan(backWithinMs);
  }
}, 120_000);
