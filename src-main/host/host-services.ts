/** Opens what a host uses of its data folder, in order, and closes it in reverse. */
import type { Warning } from '../../src-shared/warning.ts';
import { warningWords } from '../../src-shared/words/words.ts';
import { describeCauses } from '../../src-shared/errors.ts';
import type { Usage } from '../../src-shared/api/usage.ts';
import { loadApiKey } from '../data/api-key.ts';
import { asFolderError, type DataFolder, prepareDataFolder } from '../data/data-folder.ts';
import { lockDataFolder } from '../data/data-folder-lock.ts';
import { removeHostFile, writeHostFile } from '../data/host-file.ts';
import { type Log, type LogLevel, openLog } from '../base/log.ts';
import { AcknowledgementStore } from '../store/acknowledgements.ts';
import { PauseStore } from '../store/pause.ts';
import { openOrReplaceDatabase } from '../store/replace-damaged.ts';
import { SettingsStore } from '../store/settings.ts';
import { UsageStore } from '../store/usage.ts';

export type HostServices = {
  readonly dataFolder: DataFolder;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly usage: UsageStore;
  readonly pauses: PauseStore;
  readonly acknowledgements: AcknowledgementStore;
  /** What the owner should know of the opening. */
  readonly warnings: readonly Warning[];
  readonly apiKey: string;
  /** Closes everything, the lock last. */
  close(): Promise<void>;
};

/**
 * Opens the data folder for this process alone.
 *
 * @throws AppError `data-folder-unusable`, `data-folder-in-use`, `database-too-new`, and `database-damaged` where the
 * damaged database could not be replaced. Nothing stays open then, and the log has the cause once there is a log.
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
    const warnings: Warning[] = [];
    const warn = (warning: Warning, cause?: string): void => {
      log?.write('warn', 'store', warningWords(warning), cause === undefined ? {} : { cause });
      warnings.push(warning);
    };
    const database = openOrReplaceDatabase(dataFolder.database, warn);
    undo.push(() => void database.close());
    const settings = new SettingsStore(database, warn);
    const apiKey = await loadApiKey(dataFolder.apiKey);
    const usage = new UsageStore(database);
    const pauses = new PauseStore(database);
    const acknowledgements = new AcknowledgementStore(database);
    return {
      dataFolder,
      log,
      settings,
      usage,
      pauses,
      acknowledgements,
      apiKey,
      warnings,
      close,
    };
  } catch (error) {
    log?.write('error', 'host', 'Could not start', { cause: describeCauses(error) });
    await close();
    throw asFolderError(dataFolder.folder, error);
  }
}

/** On a full disk a line of the history is lost, but not the answer. */
export function storeUsage({ usage, log }: Pick<HostServices, 'usage' | 'log'>, used: Usage): void {
  try {
    usage.add(used);
  } catch (error) {
    log.write('error', 'store', 'Usage could not be written', { cause: describeCauses(error) });
  }
}
