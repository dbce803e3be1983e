/** `mindmesh pause` and `mindmesh resume`: what the owner wants of the host that runs in the data folder. */
import type { PauseChoice } from '../../../src-shared/duty.ts';
import type { DutyView } from '../../../src-shared/api/duty.ts';
import { dataFolderAt } from '../../data/data-folder.ts';
import type { HostConnection } from '../host-connection.ts';
import { exitCodes, note, print } from '../terminal.ts';
import { type CommonOptions, findHost } from '../use-host.ts';
import { commandErrors } from '../../../src-shared/words/command-line.ts';

export function pause(choice: PauseChoice, options: CommonOptions): Promise<void> {
  return request(options, (connection) => connection.call('pause', { choice }));
}

export function resume(options: CommonOptions): Promise<void> {
  return request(options, (connection) => connection.call('resume', {}));
}

async function request(
  options: CommonOptions,
  ask: (connection: HostConnection) => Promise<DutyView>,
): Promise<void> {
  const dataFolder = dataFolderAt(options.data);
  const connection = await findHost(dataFolder);
  if (connection === undefined) {
    process.exitCode = exitCodes.notRunning;
    note(commandErrors.notRunning(dataFolder.folder));
    return;
  }
  try {
    const { sentence } = await ask(connection);
    print(`${sentence}.`);
  } finally {
    await connection.close();
  }
}
