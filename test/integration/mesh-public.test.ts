/** The public mesh as its owners use it: two apps that were told no address meet in a DHT of `mindmesh bootstrap`. */
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { mindmesh, startMindmesh } from '../support/host/host-command-line.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { freeDhtPort } from '../support/mesh/own-dht.ts';

/** A command that runs until the end of the test. */
async function start(...args: string[]): Promise<string> {
  const child = startMindmesh(args);
  let printed = '';
  child.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit');
    }
  });
  await eventuallyTrue('it runs', () => printed.includes('Press Ctrl-C'), 60_000);
  return printed;
}

/** An app in the public mesh, which nobody can reach by TCP. */
async function serve(dht: string, ...options: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, value] of [
    ['publicMesh', 'on'],
    ['dhtNodes', JSON.stringify([dht])],
    ['listen', '[]'],
  ] as const) {
    const set = await mindmesh(['--data', folder, 'settings', 'set', name, value]);
    expect(set).toMatchObject({ code: 0 });
  }
  const usual = '--api-port 0 --no-window --no-mdns --threads 1 --always-work'.split(' ');
  await start('serve', '--data', folder, ...usual, ...options);
  return folder;
}

it('two apps that know no address find each other, and one answers the other’s question by UDP', async () => {
  const dht = `127.0.0.1:${await freeDhtPort()}`;
  const folder = await temporaryFolder();
  const local = ['--listen', '/ip4/127.0.0.1/tcp/0'];
  const printed = await start('bootstrap', '--data', folder, ...local, '--dht', dht);
  expect(printed).toContain(`settings add dhtNodes ${dht}`);
  const [asking] = await Promise.all([serve(dht, '--no-shards'), serve(dht)]);
  await eventuallyTrue(
    'the model can be asked',
    async () => (await mindmesh(['--data', asking, 'route', 'MindMesh Demo'])).code === 0,
    60_000,
  );
  expect(await mindmesh(['--data', asking, 'chat', 'Hello'])).toMatchObject({ code: 0 });
  const { out } = await mindmesh(['--data', asking, 'peers', '--json']);
  expect(JSON.parse(out).peers).toEqual([
    expect.objectContaining({ connected: true, addresses: [expect.stringMatching(/^\/udx\//)] }),
  ]);
});
