/** `mindmesh status`: what runs in the data folder. */
import { AppError } from '../../../src-shared/errors.ts';
import { dataFolderAt } from '../../data/data-folder.ts';
import { readHostFile, refuseForeignFolder } from '../../data/host-file.ts';
import type { HostConnection } from '../host-connection.ts';
import { commandErrors, statusLines } from '../../../src-shared/words/command-line.ts';
import { exitCodes, note, print, printJson } from '../terminal.ts';
import { type CommonOptions, findHost } from '../use-host.ts';

export async function status(options: CommonOptions & { readonly json?: boolean }): Promise<void> {
  const dataFolder = dataFolderAt(options.data);
  const connection = await findHost(dataFolder);
  if (connection === undefined) {
    await refuseForeignFolder(dataFolder.folder);
    process.exitCode = exitCodes.notRunning;
    if (options.json === true) {
      printJson({ state: 'stopped', dataFolder: dataFolder.folder });
    } else {
      note(commandErrors.notRunningToShow(dataFolder.folder));
    }
    return;
  }
  try {
    const snapshot = connection.snapshot();
    if (options.json === true) {
      const { api } = snapshot;
      const pid = (await readHostFile(dataFolder.hostFile))?.pid ?? null;
      // Without a node, nothing listens at the API's address.
      const baseUrl = snapshot.node === null ? null : api.baseUrl;
      printJson({
        ...snapshot,
        facts: await connection.topic('facts'),
        pid,
        // The output has the path of the key and not the key, which would open the API to everyone who reads the
        // output.
        api: { ...api, baseUrl, keyFile: dataFolder.apiKey },
      });
    } else {
      print(statusLines(snapshot, await windowAddress(connection), Date.now()));
    }
  } finally {
    await connection.close();
  }
}

async function windowAddress(connection: HostConnection): Promise<string | undefined> {
  try {
    return (await connection.call('windowAddress', {})).url;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-running') {
      return undefined;
    }
    throw error;
  }
}
