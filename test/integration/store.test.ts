import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Database,
  databaseVersion,
  openDatabase,
  sideFiles,
} from '../../src-main/store/database.ts';
import { migrations } from '../../src-main/store/migrations/all.ts';
import type { Migration } from '../../src-main/store/migrations/migration.ts';
import { PauseStore } from '../../src-main/store/pause.ts';
import { SettingsStore } from '../../src-main/store/settings.ts';
import { UsageStore } from '../../src-main/store/usage.ts';
import { warningWords } from '../../src-shared/words/words.ts';
import { defaultSettings } from '../../src-shared/settings/settings.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { askedUsage, servedUsage } from '../support/host/host-usage.ts';

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

async function databasePath(): Promise<string> {
  return join(await temporaryFolder(), 'mindmesh.sqlite');
}

function open(path: string): Database {
  const database = openDatabase(path);
  onTestFinished(() => void database.close());
  return database;
}

/** The database of a frozen dump. */
async function oldDatabase(dump: string): Promise<string> {
  const path = await databasePath();
  const old = new Sqlite(path);
  old.exec(readFileSync(fixture(`store/${dump}`), 'utf8'));
  old.close();
  return path;
}

/** The schema of the file, without the white space and comments of the statements that made it. */
function schema(database: Database): string[] {
  const rows = database.prepare('SELECT sql FROM sqlite_master ORDER BY name').all() as {
    sql: string | null;
  }[];
  return rows.map(({ sql }) => (sql ?? '').replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' '));
}

/** One dump for each version that was ever released. */
const dumps = migrations.map(({ version }) => `version-${version}.sql`);

function hash(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

const quiet = (): void => {};

describe('the database', () => {
  it('is created for its owner alone, with the newest schema, in WAL mode', async () => {
    const path = await databasePath();
    const database = open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(database.pragma('user_version', { simple: true })).toBe(databaseVersion);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  it('that was read-only once can be written again, with what SQLite keeps beside it', async () => {
    const path = await databasePath();
    openDatabase(path).close();
    chmodSync(path, 0o444);
    // A reader makes the side files with the database's mode, and cannot remove them.
    const reader = new Sqlite(path, { readonly: true });
    reader.pragma('user_version');
    const sides = sideFiles.map((end) => `${path}${end}`).filter((side) => existsSync(side));
    expect(sides.map((side) => statSync(side).mode & 0o777)).toContain(0o444);
    const database = open(path);
    expect(sides.map((side) => statSync(side).mode & 0o777)).toEqual(sides.map(() => 0o600));
    expect(new SettingsStore(database, quiet).change({ apiPort: 7001 }).apiPort).toBe(7001);
    reader.close();
  });

  it.each(dumps)(
    'is migrated from %s to exactly the schema of a new one, and keeps its rows',
    async (dump) => {
      const fresh = open(await databasePath());
      const migrated = open(await oldDatabase(dump));
      expect(schema(migrated)).toEqual(schema(fresh));
      expect(migrated.pragma('user_version', { simple: true })).toBe(databaseVersion);
      expect(new SettingsStore(migrated, quiet).settings.apiPort).toBe(7000);
    },
  );

  it.each(dumps.slice(1))('keeps the usage of %s', async (dump) => {
    const usage = new UsageStore(open(await oldDatabase(dump)));
    expect(usage.summary()).toMatchObject({ answers: 1, tokensReceived: 34, tokensServed: 56 });
  });

  it('counts the usage of version 4 for the local days that it was of, and forgets whose it was', async () => {
    const path = await oldDatabase('version-4.sql');
    const old = new Sqlite(path);
    const insert = old.prepare(
      "INSERT INTO served (at, requester, manifest_id, model, first_layer, last_layer, tokens, compute_ms) VALUES (?, ?, 'ab', 'demo', 0, 3, 2, 1.5)",
    );
    old.exec('DELETE FROM asked; DELETE FROM served');
    for (let index = 0; index < 5000; index += 1) {
      insert.run(new Date(2026, 2, 14, 23, 59, 59).getTime(), `12D3KooWOf${index}`);
      insert.run(new Date(2026, 2, 15).getTime(), `12D3KooWOf${index}`);
    }
    old.close();
    const before = statSync(path).size;
    const database = openDatabase(path);
    expect(new UsageStore(database).summary()).toEqual({
      answers: 0,
      tokensReceived: 0,
      tokensServed: 20_000,
      days: [
        { day: '2026-03-14', received: 0, served: 10_000 },
        { day: '2026-03-15', received: 0, served: 10_000 },
      ],
    });
    database.close();
    expect(readFileSync(path).includes('12D3KooWOf')).toBe(false);
    expect(statSync(path).size).toBeLessThan(before / 10);
  });

  it('keeps the pause of version 3, until another one or none takes its place', async () => {
    const pauses = new PauseStore(open(await oldDatabase('version-3.sql')));
    const indefinitely = {
      choice: 'indefinitely' as const,
      askedAtWallMs: 1_790_000_000_000,
      durationMs: null,
    };
    expect(pauses.read()).toEqual(indefinitely);
    pauses.write({ ...indefinitely, choice: '1 hour', durationMs: 3_600_000 });
    expect(pauses.read()).toMatchObject({ choice: '1 hour', durationMs: 3_600_000 });
    pauses.write(null);
    expect(pauses.read()).toBeNull();
  });

  it('takes a pause that makes no sense for none', async () => {
    const database = open(await databasePath());
    database.exec("INSERT INTO pause VALUES ('for a while', 0, -1)");
    expect(new PauseStore(database).read()).toBeNull();
  });

  it('has a fixture of every version that was ever released', () => {
    for (const { version } of migrations) {
      expect(readFileSync(fixture(`store/version-${version}.sql`), 'utf8')).toContain(
        `PRAGMA user_version = ${version};`,
      );
    }
  });

  it('numbers its migrations upwards, by ten after the fifth', () => {
    const versions = migrations.map(({ version }) => version);
    expect(versions).toEqual(
      versions.map((_, index) => (index < 5 ? index + 1 : (index - 4) * 10)),
    );
  });

  const split: Migration = {
    version: 10,
    change: (database) => {
      database.exec('CREATE TABLE words (word TEXT PRIMARY KEY) STRICT');
      const insert = database.prepare('INSERT OR IGNORE INTO words VALUES (?)');
      const rows = database.prepare('SELECT model FROM usage_days').all() as { model: string }[];
      for (const word of rows.flatMap(({ model }) => model.split(' '))) {
        insert.run(word);
      }
    },
  };

  it('is migrated by code where no SQL could do it', async () => {
    const path = await oldDatabase('version-4.sql');
    const database = openDatabase(path, [...migrations, split]);
    onTestFinished(() => void database.close());
    expect(database.pragma('user_version', { simple: true })).toBe(10);
    expect(database.prepare('SELECT count(*) FROM words').pluck().get()).toBeGreaterThan(0);
    expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: 'database-too-new' }));
  });

  it('stays at its version when the code of a migration fails half-way', async () => {
    const path = await oldDatabase('version-4.sql');
    const failing: Migration = {
      version: 20,
      change: (database) => {
        database.exec('DROP TABLE settings');
        throw new Error('a fault in a migration');
      },
    };
    expect(() => openDatabase(path, [...migrations, split, failing])).toThrow('a fault in a');
    const before = new Sqlite(path);
    onTestFinished(() => void before.close());
    expect(before.pragma('user_version', { simple: true })).toBe(4);
    expect(before.prepare('SELECT count(*) FROM settings').pluck().get()).toBeGreaterThan(0);
  });

  it('from a newer version is refused and stays as it was, byte for byte', async () => {
    const path = await databasePath();
    const newer = new Sqlite(path);
    newer.exec(`CREATE TABLE wonders (id INTEGER); PRAGMA user_version = ${databaseVersion + 1}`);
    newer.close();
    const before = hash(path);
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({
        code: 'database-too-new',
        message: expect.stringContaining('newer MindMesh'),
      }),
    );
    expect(hash(path)).toBe(before);
  });

  it('that is something else is refused and stays as it was', async () => {
    const path = await databasePath();
    writeFileSync(path, 'Dear diary, today I was mistaken for a database. '.repeat(100));
    const before = hash(path);
    expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: 'database-damaged' }));
    expect(hash(path)).toBe(before);
  });

  it('with overwritten pages is refused and stays as it was', async () => {
    const path = await databasePath();
    const database = openDatabase(path);
    const usage = new UsageStore(database);
    for (let row = 0; row < 500; row += 1) {
      usage.add(servedUsage());
    }
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0xee, 8192, bytes.length - 4096);
    writeFileSync(path, bytes);
    const before = hash(path);
    expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: 'database-damaged' }));
    expect(hash(path)).toBe(before);
  });

  it('cannot be a folder, and the sentence names the path', async () => {
    const path = await temporaryFolder();
    expect(() => openDatabase(path)).toThrow(
      expect.objectContaining({
        code: 'data-folder-unusable',
        message: expect.stringContaining(path),
      }),
    );
  });

  it('keeps every committed row when its process is killed while writing', async () => {
    const path = await databasePath();
    const writer = spawn(process.execPath, [fixture('store-writer.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let committed = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      committed = Number(line);
      if (committed === 200) {
        writer.kill('SIGKILL');
      }
    }
    if (writer.exitCode === null && writer.signalCode === null) {
      await once(writer, 'exit');
    }
    expect(writer.signalCode).toBe('SIGKILL');
    const total = new UsageStore(open(path)).summary().tokensServed;
    expect(total).toBeGreaterThanOrEqual(committed);
    // The row after the last reported one may have been committed, but none after that.
    expect(total).toBeLessThanOrEqual(committed + 1);
  });
});

describe('stored settings', () => {
  it('are the defaults in a new database', async () => {
    expect(new SettingsStore(open(await databasePath()), quiet).settings).toEqual(defaultSettings);
  });

  it('come back after a restart, and only what was changed is written', async () => {
    const path = await databasePath();
    const database = open(path);
    const store = new SettingsStore(database, quiet);
    expect(store.change({ apiPort: 0, shards: [{ model: 'demo' }], threads: undefined })).toEqual({
      ...defaultSettings,
      apiPort: 0,
      shards: [{ model: 'demo' }],
    });
    expect(database.prepare('SELECT count(*) FROM settings').pluck().get()).toBe(2);
    expect(new SettingsStore(open(path), quiet).settings).toEqual(store.settings);
  });

  it('are not stored when they are back at their defaults', async () => {
    const database = open(await databasePath());
    const store = new SettingsStore(database, quiet);
    store.change({ apiPort: 7000, exclusiveApps: ['blender'] });
    expect(store.change({ apiPort: defaultSettings.apiPort, exclusiveApps: [] })).toEqual(
      defaultSettings,
    );
    expect(database.prepare('SELECT count(*) FROM settings').pluck().get()).toBe(0);
  });

  it('that are not valid read as their default, with a warning each, and stay in the database', async () => {
    const database = open(await oldDatabase('version-1.sql'));
    const write = database.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)');
    write.run('apiPort', '"seven"');
    write.run('mdns', 'not json at all');
    const warnings: string[] = [];
    const store = new SettingsStore(database, (warning) => warnings.push(warningWords(warning)));
    expect(store.settings).toEqual({
      ...defaultSettings,
      peers: ['/ip4/10.0.0.2/tcp/4001/p2p/12D3KooWPeer'],
    });
    expect(warnings).toEqual([
      'The stored value of the setting “Port for other programs” is not valid, so its default 6374 is used.',
      'The stored value of the setting “Find computers on this network automatically” is not valid, so its default true is used.',
    ]);
    expect(
      database.prepare("SELECT value FROM settings WHERE name = 'apiPort'").pluck().get(),
    ).toBe('"seven"');
  });

  it('of a version that this one does not know survive a change', async () => {
    const database = open(await oldDatabase('version-1.sql'));
    new SettingsStore(database, quiet).change({ mdns: false });
    expect(
      database
        .prepare("SELECT value FROM settings WHERE name = 'settingOfTheFuture'")
        .pluck()
        .get(),
    ).toBe('{"kept":true}');
  });
});

describe('usage', () => {
  it('is summed up in total and by local day, the newest last', async () => {
    const usage = new UsageStore(open(await databasePath()));
    const morning = new Date(2026, 2, 14, 9).getTime();
    const late = new Date(2026, 2, 14, 23, 59, 59).getTime();
    const nextDay = new Date(2026, 2, 15, 0, 0, 1).getTime();
    usage.add(askedUsage({ at: nextDay, tokens: 7 }));
    usage.add(askedUsage({ at: morning, tokens: 1 }));
    usage.add(servedUsage({ at: late + 0.4, tokens: 20 }));
    expect(usage.summary()).toEqual({
      answers: 2,
      tokensReceived: 8,
      tokensServed: 20,
      days: [
        { day: '2026-03-14', received: 1, served: 20 },
        { day: '2026-03-15', received: 7, served: 0 },
      ],
    });
  });

  it('counts for the day that the clock showed, also when that was set back', async () => {
    const usage = new UsageStore(open(await databasePath()));
    const today = new Date(2026, 2, 15, 10).getTime();
    const dayMs = 24 * 60 * 60 * 1000;
    for (const at of [today, today + 1, today - dayMs, today - dayMs + 1, today + 2]) {
      usage.add(servedUsage({ at, tokens: 1 }));
    }
    expect(usage.summary()).toMatchObject({
      tokensServed: 5,
      days: [
        { day: '2026-03-14', served: 2 },
        { day: '2026-03-15', served: 3 },
      ],
    });
  });

  it('shows thirty days at most', async () => {
    const usage = new UsageStore(open(await databasePath()));
    for (let day = 1; day <= 40; day += 1) {
      usage.add(servedUsage({ at: new Date(2026, 0, day, 12).getTime() }));
    }
    const { days } = usage.summary();
    expect(days).toHaveLength(30);
    expect(days.at(-1)?.day).toBe('2026-02-09');
  });

  it('takes a row for a day and a model, however often it is added to, and names no peer', async () => {
    const path = await databasePath();
    const database = open(path);
    const usage = new UsageStore(database);
    const at = new Date(2026, 2, 14, 9).getTime();
    for (let session = 0; session < 500; session += 1) {
      usage.add(servedUsage({ at: at + session, tokens: 2 }));
      usage.add(askedUsage({ at: at + session, tokens: 1 }));
    }
    expect(database.prepare('SELECT * FROM usage_days ORDER BY kind').all()).toEqual([
      {
        day: '2026-03-14',
        kind: 'asked',
        model: 'demo',
        answers: 500,
        prompt_tokens: 5000,
        tokens: 500,
        compute_ms: 0,
      },
      {
        day: '2026-03-14',
        kind: 'served',
        model: 'demo',
        answers: 500,
        prompt_tokens: 0,
        tokens: 1000,
        compute_ms: 1625,
      },
    ]);
    database.pragma('wal_checkpoint(TRUNCATE)');
    expect(readFileSync(path).includes('12D3KooW')).toBe(false);
  });

  it('keeps four hundred days apart and the totals of all time, whatever the clock says for a day', async () => {
    const database = open(await databasePath());
    const usage = new UsageStore(database);
    usage.add(servedUsage({ at: new Date(2099, 0, 1, 12).getTime(), tokens: 1 }));
    for (let day = 1; day <= 450; day += 1) {
      usage.add(servedUsage({ at: new Date(2026, 0, day, 12).getTime(), tokens: 1 }));
    }
    expect(database.prepare('SELECT count(*), min(day) FROM usage_days').raw().get()).toEqual([
      400,
      '2026-02-21',
    ]);
    expect(usage.summary().tokensServed).toBe(451);
  });

  it('is empty in a new database', async () => {
    expect(new UsageStore(open(await databasePath())).summary()).toEqual({
      answers: 0,
      tokensReceived: 0,
      tokensServed: 0,
      days: [],
    });
  });
});
