/** `mindmesh bootstrap` and `mindmesh peers`, as people use them. */
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mindmesh, startMindmesh } from '../support/host/host-command-line.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const local = ['--listen', '/ip4/127.0.0.1/tcp/0'];

type Running = { printed: () => string; stop: () => Promise<unknown[]> };

/** A command that runs until it is stopped, after it has printed what it prints when it is ready. */
async function start(ready: string, ...args: string[]): Promise<Running> {
  const child = startMindmesh(args);
  let printed = '';
  child.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  const stop = async (): Promise<unknown[]> => {
    const isRunning = child.exitCode === null && child.signalCode === null;
    child.kill('SIGTERM');
    return isRunning ? await once(child, 'exit') : [child.exitCode, child.signalCode];
  };
  onTestFinished(async () => {
    await stop();
  });
  await eventuallyTrue(`"${ready}"`, () => printed.includes(ready), 60_000);
  return { printed: () => printed, stop };
}

async function serve(bootstrap: string, ...more: string[]): Promise<string> {
  const folder = await temporaryFolder();
  const set = await mindmesh(['--data', folder, 'settings', 'add', 'bootstrap', bootstrap]);
  expect(set.code).toBe(0);
  const usual = '--api-port 0 --no-window --no-mdns --threads 1 --always-work'.split(' ');
  await start('Press Ctrl-C', 'serve', '--data', folder, ...usual, ...local, ...more);
  return folder;
}

describe('mindmesh bootstrap', () => {
  it('is what two nodes begin with, that find each other by it, and ends in order', async () => {
    const folder = await temporaryFolder();
    const node = await start('Press Ctrl-C', 'bootstrap', '--data', folder, ...local);
    const [address = ''] = /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\S+/.exec(node.printed()) ?? [];
    expect(address).not.toBe('');
    const [asking] = await Promise.all([serve(address, '--no-shards'), serve(address)]);

    await eventuallyTrue(
      'both are in the table',
      async () => {
        const { out } = await mindmesh(['--data', asking, 'peers']);
        return (
          /this network +[\d.]+ ms +– +MindMesh Demo 0–\d+/.test(out) && / nothing$/m.test(out)
        );
      },
      60_000,
    );
    const { out } = await mindmesh(['--data', asking, 'peers', '--json']);
    const { peers, known } = JSON.parse(out);
    expect(known).toBe(2);
    expect(peers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ connected: true, state: 'serving' }),
        expect.objectContaining({ connected: true, state: 'serving' }),
      ]),
    );

    const second = await mindmesh(['bootstrap', '--data', folder, ...local]);
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('is in use') });
    expect(await node.stop()).toEqual([0, null]);
  });

  it.each([
    ['--listen', '/ip4/127.0.0.1/udp/1', 'The node cannot listen on "/ip4/127.0.0.1/udp/1"; '],
    ['--max-connections', '99999', 'This request makes no sense: maxConnections must be at most '],
  ])('says in one sentence why it cannot start with %s %s', async (option, value, sentence) => {
    const folder = await temporaryFolder();
    const result = await mindmesh(['bootstrap', '--data', folder, option, value]);
    expect(result).toMatchObject({ code: 1, out: '' });
    expect(result.err.startsWith(sentence)).toBe(true);
    expect(result.err.trimEnd()).not.toContain('\n');
  });
});
