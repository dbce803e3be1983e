/** The default port of the API is taken by another user's host: the second host takes a free port, and says so. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dataFolderAt } from '../../src-main/data/data-folder.ts';
import { defaultSettings } from '../../src-shared/settings/settings.ts';
import {
  canRunAsOthers,
  mindmeshAs,
  otherUsers,
  type Person,
  person,
  serveAs,
} from '../support/host/other-users.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const usual = defaultSettings.apiPort;

/** Two users where the test may have two, else one user with two folders. */
async function twoPeople(): Promise<[Person, Person]> {
  if (await canRunAsOthers()) {
    return [await person(otherUsers[0]), await person(otherUsers[1])];
  }
  const id = process.getuid?.() ?? 0;
  return [
    { id, home: await temporaryFolder() },
    { id, home: await temporaryFolder() },
  ];
}

function portOf(said: string): number {
  return Number(/127\.0\.0\.1:(\d+)\/v1/.exec(said)?.[1]);
}

async function isAnswering(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
}

describe.skipIf(process.platform === 'win32')('the usual port of the API', () => {
  it('is the first host’s; the second one takes a free one, says so, and both answer', async () => {
    const [one, two] = await twoPeople();
    const first = await serveAs(one, join(one.home, 'data'), '--window-port', '0');
    const second = await serveAs(two, join(two.home, 'data'), '--window-port', '0');
    const ports = [portOf(first), portOf(second)];
    // Any other program on this computer may have the port already.
    expect(ports[1]).not.toBe(usual);
    expect(ports[1]).not.toBe(ports[0]);
    expect(second).toContain(`Port ${usual} is taken by another program, perhaps by MindMesh of`);
    expect(second).toContain(`the API has port ${ports[1]} for now`);
    expect(await Promise.all(ports.map(isAnswering))).toEqual([true, true]);

    const { out } = await mindmeshAs(two, 'status', '--data', join(two.home, 'data'));
    expect(out).toContain(`API     http://127.0.0.1:${ports[1]}/v1`);
    expect(out).toContain(`Port ${usual} is taken`);
  });

  it('is no other one when it was asked for', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const home = await temporaryFolder();
    const self = { id: process.getuid?.() ?? 0, home };
    const folder = dataFolderAt(join(home, 'data'));
    await expect(
      serveAs(self, folder.folder, '--window-port', '0', '--api-port', port),
    ).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken by another program`);
  });
});
