/** What a host holds in its data folder while it runs, opened in order and given back in reverse. */
import { describeCauses } from '../src-shared/errors.ts';
import { loadApiKey } from './api-key.ts';
import { type DataFolder, prepareDataFolder } from './data-folder.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { removeHostFile, writeHostFile } from './host-file.ts';
import { type Log, type LogLevel, openLog } from './log.ts';
import { openDatabase } from './store/database.ts';
import { SettingsStore } from './store/settings.ts';
import { UsageStore } from './store/usage.ts';

export type HostServices = {
  readonly dataFolder: DataFolder;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly usage: UsageStore;
  readonly apiKey: string;
  /** Gives everything back, the lock last. */
  close(): Promise<void>;
};

/**
 * Takes the data folder for this process.
 *
 * @throws AppError `data-folder-unusable`, `data-folder-in-use`, `database-too-new`, `database-damaged`;
 * nothing is held then, and the log has the cause where there could be one.
 */
export async function openHostServices(
  dataFolder: DataFolder,
  logLevel: LogLevel = 'info',
): Promise<HostServices> {
  await prepareDataFolder(dataFolder);
  const undo: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) {
      await step();
    }
  };
  let log: Log | undefined;
  try {
    const lock = await lockDataFolder(dataFolder);
    undo.push(() => lock.release());
    await writeHostFile(dataFolder.hostFile, { pid: process.pid, control: null });
    undo.push(() => removeHostFile(dataFolder.hostFile));
    log = openLog(dataFolder.logs, logLevel);
    undo.push(() => log?.close());
    const database = openDatabase(dataFolder.database);
    undo.push(() => void database.close());
    const warn = (sentence: string): void => log?.write('warn', 'store', sentence);
    const settings = new SettingsStore(database, warn);
    const apiKey = await loadApiKey(dataFolder.apiKey);
    return { dataFolder, log, settings, usage: new UsageStore(database), apiKey, close };
  } catch (error) {
    log?.write('error', 'host', 'Could not start', { cause: describeCauses(error) });
    await close();
    throw error;
  }
}
