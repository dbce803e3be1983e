/** An installed app from a terminal: it runs on the Node.js and the plain files that came with it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import { type Finished, finished } from '../support/host/host-command-line.ts';
import { eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import { packagedApp } from '../support/window/packaged-app.ts';
import { descendantsOf } from '../support/host/process-children.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const app = await packagedApp();

const alone =
  '--always-work --api-port 0 --window-port 0 --no-mdns --listen /ip4/127.0.0.1/tcp/0 --threads 2'.split(
    ' ',
  );

/** The process cannot reach this repository or its Node.js. */
function start(file: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(file, args, { env: { PATH: '/usr/bin:/bin' }, cwd: '/' });
}

describe.skipIf(app === undefined)('an installed mindmesh (skipped without an Electron)', () => {
  const command = join(app?.resources ?? '', 'bin', 'mindmesh');
  const mindmesh = (...args: string[]): Promise<Finished> => finished(start(command, args));

  it('serves the demo model and answers, with no Node.js but its own', async () => {
    const folder = await temporaryFolder();
    const child = start(command, ['serve', '--data', folder, ...alone]);
    onTestFinished(() => void child.kill('SIGKILL'));
    let printed = '';
    child.stdout.on('data', (data: Buffer) => {
      printed += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      printed += data.toString();
    });
    await eventuallyTrue('serving', () => printed.includes('Press Ctrl-C'), 60_000);

    const answer = await mindmesh('chat', 'What is the capital of France?', '--data', folder);
    expect(answer).toMatchObject({ code: 0, out: expect.stringContaining('Paris') });

    const status = await mindmesh('status', '--json', '--data', folder);
    const { node } = JSON.parse(status.out) as HostSnapshot;
    const engines = node?.shards.flatMap(({ pid }) => pid ?? []) ?? [];
    expect(engines).toHaveLength(1);
    const pids = [child.pid ?? 0, ...(await descendantsOf(child.pid ?? 0))];
    expect(pids).toEqual(expect.arrayContaining(engines));
    const executables = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/exe`)));
    const bundled = join(app?.resources ?? '', 'node', 'node');
    expect(new Set(executables)).toEqual(new Set([bundled]));

    const ending = finished(child);
    child.kill('SIGTERM');
    expect(await ending).toMatchObject({ code: 0 });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('is found through a link, as a package puts one on the path', async () => {
    const link = join(await temporaryFolder(), 'mindmesh');
    await symlink(command, link);
    expect(await finished(start(link, ['--version']))).toMatchObject({ code: 0, err: '' });
  });
});
