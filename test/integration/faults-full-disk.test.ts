/** A full disk while something is to be stored: the owner is told, nothing crashes, and it works again afterwards. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chatRequestSchema } from '../../src-shared/chat.ts';
import { defaultSettings } from '../../src-shared/settings/settings.ts';
import type { Host } from '../../src-main/host/host.ts';
import { AcknowledgementStore } from '../../src-main/store/acknowledgements.ts';
import { type Database, openDatabase } from '../../src-main/store/database.ts';
import { SettingsStore } from '../../src-main/store/settings.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { standInHost } from '../support/host/host-stand-in.ts';
import { PlayedMachine } from '../support/machine/played-machine.ts';
import { type SmallDisk, smallDisk } from '../support/machine/small-disk.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const quiet = (): void => {};
const manyApps = Array.from({ length: 256 }, (_, index) => `${index}`.padEnd(100, 'x'));

/** A database that may not grow, and a function that allows it again. */
async function fullDatabase(): Promise<{ database: Database; folder: string; free: () => void }> {
  const folder = await temporaryFolder();
  const database = openDatabase(join(folder, 'mindmesh.sqlite'));
  onTestFinished(() => void database.close());
  database.pragma(`max_page_count = ${String(database.pragma('page_count', { simple: true }))}`);
  return { database, folder, free: () => void database.pragma('max_page_count = 100000') };
}

describe('a database that cannot be written', () => {
  it('for want of room keeps the settings as they were, in memory as on disk, and says which was not stored', async () => {
    const { database, folder, free } = await fullDatabase();
    const store = new SettingsStore(database, quiet);
    const fill = (): unknown => store.change({ idleMinutes: 42, exclusiveApps: manyApps });
    expect(fill).toThrow(
      expect.objectContaining({
        code: 'data-folder-unusable',
        message: `The settings idleMinutes, exclusiveApps could not be kept: the disk of ${folder} is full. Free some space, then try again.`,
      }),
    );
    expect(store.settings).toEqual(defaultSettings);
    expect(new SettingsStore(database, quiet).settings).toEqual(defaultSettings);
    free();
    fill();
    expect(new SettingsStore(database, quiet).settings).toEqual({
      ...defaultSettings,
      idleMinutes: 42,
      exclusiveApps: manyApps,
    });
  });

  it('does not take a consent for given that it could not keep', async () => {
    const { database } = await fullDatabase();
    database.pragma('query_only = ON');
    const store = new AcknowledgementStore(database);
    expect(() => store.add('consent 3')).toThrow(
      expect.objectContaining({
        code: 'data-folder-unusable',
        message: expect.stringContaining('Check its permissions, then try again.'),
      }),
    );
    expect(store.has('consent 3')).toBe(false);
  });
});

async function hostOn(disk: SmallDisk): Promise<Host> {
  const host = await standInHost({
    dataFolder: disk.folder,
    sources: new PlayedMachine().sources,
  });
  await host.ready;
  return host;
}

function ask(host: Host): Promise<void> {
  const request = { model: 'demo', messages: [{ role: 'user', content: 'what is this' }] };
  return host.chat(chatRequestSchema.parse(request), quiet, new AbortController().signal);
}

describe('a host on a full disk', () => {
  it('refuses a change of settings in a sentence, goes on, and takes it once there is room', async ({
    skip,
  }) => {
    const disk = await smallDisk(skip);
    const host = await hostOn(disk);
    await host.call('changeSettings', { idleMinutes: 7 });
    await disk.fill();
    for (const idleMinutes of [8, 9]) {
      await expect(host.call('changeSettings', { idleMinutes })).rejects.toMatchObject({
        code: 'data-folder-unusable',
        message: `The setting idleMinutes could not be kept: the disk of ${disk.folder} is full. Free some space, then try again.`,
      });
    }
    expect(await host.call('settings', {})).toMatchObject({ idleMinutes: 7 });
    expect(host.snapshot()).toMatchObject({ state: 'running', fault: null });

    await disk.free();
    expect(await host.call('changeSettings', { idleMinutes: 10 })).toMatchObject({
      idleMinutes: 10,
    });
    await host.stop();
    const next = await hostOn(disk);
    expect(await next.call('settings', {})).toEqual({
      ...defaultSettings,
      apiPort: 0,
      idleMinutes: 10,
    });
  });

  it('pauses, resumes and answers; what it could not write down is missing, and nothing else', async ({
    skip,
  }) => {
    const disk = await smallDisk(skip);
    const host = await hostOn(disk);
    await ask(host);
    expect(await host.call('usage', {})).toMatchObject({ answers: 1 });
    await disk.fill();
    await host.call('pause', { choice: 'indefinitely' });
    await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
    expect(await host.call('resume', {})).toMatchObject({ pause: null });
    await ask(host);
    expect(await host.call('usage', {})).toMatchObject({ answers: 1 });

    await disk.free();
    await ask(host);
    expect(await host.call('usage', {})).toMatchObject({ answers: 2 });
    await host.call('pause', { choice: 'indefinitely' });
    await host.stop();
    const next = await hostOn(disk);
    await eventuallyTrue('still paused', () => next.snapshot().duty.pause === 'indefinitely');
    expect(await next.call('usage', {})).toMatchObject({ answers: 2 });
  });

  it('does not start, says why, and starts once there is room', async ({ skip }) => {
    const disk = await smallDisk(skip);
    await disk.fill();
    await expect(hostOn(disk)).rejects.toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringContaining('the disk is full. Free some space.'),
      advice: 'choose-data-folder',
    });
    await disk.free();
    const host = await hostOn(disk);
    expect(host.snapshot()).toMatchObject({ state: 'running', warnings: [] });
  });
});
