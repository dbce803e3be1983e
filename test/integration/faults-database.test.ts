/** A damaged database is moved aside and replaced by a new one, and the owner is told of it everywhere. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dataFolderAt } from '../../src-main/data/data-folder.ts';
import { type HostServices, openHostServices } from '../../src-main/host/host-services.ts';
import { type Database, openDatabase } from '../../src-main/store/database.ts';
import { openOrReplaceDatabase } from '../../src-main/store/replace-damaged.ts';
import { SettingsStore } from '../../src-main/store/settings.ts';
import { UsageStore } from '../../src-main/store/usage.ts';
import { warningWords } from '../../src-shared/words/words.ts';
import { defaultSettings } from '../../src-shared/settings/settings.ts';
import { mindmesh } from '../support/host/host-command-line.ts';
import { logOf, standInHost } from '../support/host/host-stand-in.ts';
import { servedUsage } from '../support/host/host-usage.ts';
import { smallDisk } from '../support/machine/small-disk.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const quiet = (): void => {};

/** A data folder with changed settings, some usage, and the owner's consent. */
async function usedFolder(folder?: string): Promise<{ folder: string; path: string }> {
  const data = folder ?? (await temporaryFolder());
  const path = dataFolderAt(data).database;
  const database = openDatabase(path);
  new SettingsStore(database, quiet).change({ idleMinutes: 42, exclusiveApps: ['blender'] });
  const usage = new UsageStore(database);
  for (let row = 0; row < 500; row += 1) {
    usage.add(servedUsage());
  }
  database.prepare('INSERT INTO acknowledgements VALUES (?, 0)').run('consent 3');
  database.close();
  return { folder: data, path };
}

async function services(folder: string): Promise<HostServices> {
  const opened = await openHostServices(dataFolderAt(folder));
  onTestFinished(() => opened.close());
  return opened;
}

function filesAside(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.includes('.damaged-'));
}

const damages: Readonly<Record<string, (path: string) => void>> = {
  'became something else': (path) => writeFileSync(path, 'Dear diary. '.repeat(1000)),
  'is empty': (path) => truncateSync(path, 0),
  'is all zeros': (path) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
  'lost its second half': (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  'has overwritten pages': (path) => {
    const bytes = readFileSync(path);
    bytes.fill(0xee, Math.floor(bytes.length / 2), bytes.length - 4096);
    writeFileSync(path, bytes);
  },
};

describe('a database that', () => {
  it.each(Object.entries(damages))(
    '%s is moved aside, byte for byte, and a new one takes its place',
    async (_damage, spoil) => {
      const { folder, path } = await usedFolder();
      spoil(path);
      const before = readFileSync(path);
      const { settings, usage, acknowledgements, warnings } = await services(folder);
      const [aside = '', ...others] = filesAside(folder);
      expect(aside).toMatch(/^mindmesh\.sqlite\.damaged-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/);
      expect(others.filter((name) => !name.startsWith(`${aside}-`))).toEqual([]);
      expect(readFileSync(join(folder, aside)).equals(before)).toBe(true);
      expect(warnings.map(warningWords)).toEqual([
        expect.stringMatching(/^The file with your settings and history was damaged, so MindMesh/),
      ]);
      expect(warnings.map(warningWords)[0]).toContain(join(folder, aside));
      expect(usage.summary().tokensServed).toBe(0);
      expect(acknowledgements.has('consent 3')).toBe(false);
      expect([42, defaultSettings.idleMinutes]).toContain(settings.settings.idleMinutes);
      expect(settings.change({ threads: 2 }).threads).toBe(2);
    },
  );

  it('has its settings still gives them to the new one', async () => {
    const { folder, path } = await usedFolder();
    damages['has overwritten pages']?.(path);
    const { settings, warnings } = await services(folder);
    expect(settings.settings).toEqual({
      ...defaultSettings,
      idleMinutes: 42,
      exclusiveApps: ['blender'],
    });
    expect(warnings.map(warningWords)[0]).toContain(
      '2 of your settings could still be read; all others have',
    );
  });

  it('gives settings that make no sense gives none', async () => {
    const { folder, path } = await usedFolder();
    const database = new Sqlite(path);
    database.prepare('UPDATE settings SET value = ?').run('"\u0000"');
    database.close();
    damages['has overwritten pages']?.(path);
    const { settings, warnings } = await services(folder);
    expect(settings.settings).toEqual(defaultSettings);
    expect(warnings).toHaveLength(3);
  });

  it('is damaged again and again is moved aside each time, also within one second', async () => {
    const { folder, path } = await usedFolder();
    const now = new Date(Date.UTC(2026, 10, 21, 10, 12));
    for (const words of ['first', 'second', 'third']) {
      rmSync(path);
      writeFileSync(path, words.repeat(1000));
      openOrReplaceDatabase(path, quiet, () => now).close();
    }
    const name = 'mindmesh.sqlite.damaged-2026-11-21T10-12-00Z';
    expect(filesAside(folder).toSorted()).toEqual([name, `${name}-2`, `${name}-3`]);
    expect(readFileSync(join(folder, `${name}-2`), 'utf8')).toMatch(/^secondsecond/);
  });

  it('takes what SQLite keeps beside it along, so that none of it gets into the new one', async () => {
    const { folder, path } = await usedFolder();
    damages['became something else']?.(path);
    writeFileSync(`${path}-wal`, 'what was not yet moved over');
    writeFileSync(`${path}-shm`, 'its index');
    await services(folder);
    const aside = filesAside(folder).toSorted();
    expect(aside.map((name) => name.replace(/^.*Z/, ''))).toEqual(['', '-shm', '-wal']);
    expect(readFileSync(join(folder, aside[2] ?? ''), 'utf8')).toBe('what was not yet moved over');
  });

  it('is of a newer version is refused and stays where it is', async () => {
    const { folder, path } = await usedFolder();
    const newer = new Sqlite(path);
    newer.pragma('user_version = 999');
    newer.close();
    const before = readFileSync(path);
    await expect(services(folder)).rejects.toMatchObject({ code: 'database-too-new' });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(filesAside(folder)).toEqual([]);
  });

  it('cannot be replaced, on a full disk, is refused and stays where it is', async ({ skip }) => {
    const disk = await smallDisk(skip);
    const { folder, path } = await usedFolder(disk.folder);
    damages['is all zeros']?.(path);
    await disk.fill();
    const refused = (): Database => openOrReplaceDatabase(path, quiet);
    expect(refused).toThrow(expect.objectContaining({ code: 'database-damaged' }));
    expect(refused).toThrow('Nothing was changed.');
    expect(existsSync(path)).toBe(true);
    expect(filesAside(folder)).toEqual([]);
    await disk.free();
    refused().close();
    expect(filesAside(folder)).toHaveLength(1);
  });
});

describe('the warning about a damaged database', () => {
  it('is in what every window is told, and in the log', async () => {
    const { folder, path } = await usedFolder();
    damages['became something else']?.(path);
    const host = await standInHost({ dataFolder: folder, needsConsent: true });
    const [warning = ''] = host.snapshot().warnings.map(warningWords);
    expect(warning).toContain('All settings have their defaults');
    expect(host.snapshot().consent).toBe('needed');
    await host.stop();
    expect(await logOf(folder)).toContain(warning.slice(0, 80));
  });

  it('is told by a command that starts a host of its own', async () => {
    const { folder, path } = await usedFolder();
    damages['became something else']?.(path);
    const { code, err } = await mindmesh(['models', 'list', '--data', folder]);
    expect([code, err]).toEqual([0, expect.stringMatching(/^The file .* was damaged, .*\n$/)]);
  });

  it('is told by the command that finds it, once', async () => {
    const { folder, path } = await usedFolder();
    damages['became something else']?.(path);
    const list = ['settings', 'get', 'idleMinutes', '--data', folder];
    const first = await mindmesh(list);
    expect([first.code, first.out]).toEqual([0, '5\n']);
    expect(first.err).toMatch(/^The file with your settings .* was damaged, .*\n$/);
    expect(await mindmesh(list)).toEqual({ code: 0, out: '5\n', err: '' });
  });
});
