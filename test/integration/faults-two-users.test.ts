/** Two people on one computer, each with a host: real processes under two user ids, where the test may start such. */
import { once } from 'node:events';
import { chmod, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { defaultSettings } from '../../src-shared/settings/settings.ts';
import { finished } from '../support/host/host-command-line.ts';
import {
  canRunAsOthers,
  mindmeshAs,
  openDataFolder,
  otherUsers,
  type Person,
  person,
  runAs,
  serveAs,
} from '../support/host/other-users.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

let isPossible = false;
beforeAll(async () => {
  isPossible = await canRunAsOthers();
});

describe('two users on one computer', () => {
  it('cannot read, reach or change what is the other one’s', async ({ skip }) => {
    skip(!isPossible, 'no program may be run as another user here');
    const [owner, other] = [await person(otherUsers[0]), await person(otherUsers[1])];
    const folder = await openDataFolder(owner);
    await serveAs(owner, folder, '--api-port', '0', '--window-port', '0');

    // The list of models is no secret.
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile() && !entry.parentPath.includes('models'),
    );
    const names = files.map(({ name }) => name);
    for (const name of ['api-key', 'host.json', 'identity.key', 'lock.sqlite', 'mindmesh.sqlite']) {
      expect(names).toContain(name);
    }
    for (const { name, parentPath } of files) {
      const path = join(parentPath, name);
      expect([name, (await stat(path)).mode & 0o077]).toEqual([name, 0]);
      const read = await finished(runAs(other, [path], 'cat'));
      expect([name, read.code, read.out]).toEqual([name, 1, '']);
    }
    for (const command of [
      ['pause'],
      ['status'],
      ['settings', 'set', 'idleMinutes', '0'],
      ['models', 'list'],
      ['serve'],
    ]) {
      const { code, out } = await mindmeshAs(other, ...command, '--data', folder);
      expect([command, code === 0, out]).toEqual([command, false, '']);
    }
    const theirs = await mindmeshAs(other, 'status', '--data', folder);
    expect(theirs.err).toContain(`The data folder ${folder} belongs to another user`);
    expect(theirs.err).not.toContain('not running');
    const mine = await mindmeshAs(owner, 'status', '--json', '--data', folder);
    expect(JSON.parse(mine.out)).toMatchObject({ state: 'running', duty: { pause: null } });
  });

  it.for([
    ['open to all', 0o755],
    ['closed', 0o700],
  ] as const)(
    'are told of a folder that is %s whose it is, also when nothing runs there',
    async ([, mode], { skip }) => {
      skip(!isPossible, 'no program may be run as another user here');
      const [owner, other] = [await person(otherUsers[0]), await person(otherUsers[1])];
      const folder = await openDataFolder(owner);
      await chmod(folder, mode);
      const theirs = await mindmeshAs(other, 'status', '--data', folder);
      expect(theirs.err).toContain(
        `The data folder ${folder} belongs to another user of this computer, or is closed to you. It cannot be read`,
      );
      expect(theirs.err).not.toContain('not running');
      expect((await mindmeshAs(owner, 'status', '--data', folder)).err).toContain(
        'is not running in',
      );
    },
  );

  it('are refused by the other one’s API and window without their secrets', async ({ skip }) => {
    skip(!isPossible, 'no program may be run as another user here');
    const owner = await person(otherUsers[0]);
    const folder = await openDataFolder(owner);
    const said = await serveAs(owner, folder, '--api-port', '0', '--window-port', '0');
    const api = /(http:\/\/127\.0\.0\.1:\d+)\/v1/.exec(said)?.[1] ?? '';
    const window = /(http:\/\/127\.0\.0\.1:\d+)\/open/.exec(said)?.[1] ?? '';
    expect((await fetch(`${api}/v1/models`)).status).toBe(401);
    for (const path of ['/', '/host', '/open?token=guessed']) {
      expect([path, (await fetch(`${window}${path}`)).status]).toEqual([path, 401]);
    }
  });
});

/** Takes the default port of the window as another user's host would, or finds it taken. */
async function holdWindowPort(): Promise<void> {
  const other = createServer();
  other.listen(defaultSettings.windowPort, '127.0.0.1');
  await Promise.race([once(other, 'listening'), once(other, 'error')]);
  onTestFinished(() => void other.close());
}

/** The user who runs the tests. */
function self(home: string): Person {
  return { id: process.getuid?.() ?? 0, home };
}

describe('a host whose window has its usual port taken', () => {
  it.skipIf(process.platform === 'win32')('takes a free one and says so', async () => {
    await holdWindowPort();
    const home = await temporaryFolder();
    const said = await serveAs(self(home), join(home, 'data'), '--api-port', '0');
    expect(said).toContain(
      `  Note    Port ${defaultSettings.windowPort} is taken by another program`,
    );
    const [, port] = /127\.0\.0\.1:(\d+)\/open/.exec(said) ?? [];
    expect(Number(port)).not.toBe(defaultSettings.windowPort);
  });

  it.skipIf(process.platform === 'win32')('does not when that port was asked for', async () => {
    await holdWindowPort();
    const home = await temporaryFolder();
    const port = String(defaultSettings.windowPort);
    const folder = join(home, 'data');
    const { code, err } = await mindmeshAs(
      self(home),
      'serve',
      '--window-port',
      port,
      '--data',
      folder,
    );
    expect([code, err]).toEqual([1, expect.stringContaining('is taken by another program')]);
  });
});
