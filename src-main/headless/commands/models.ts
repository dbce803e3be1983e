/** `mindmesh models list | import | remove`. */
import { resolve } from 'node:path';
import type { ChangedSettings } from '../../../src-shared/settings.ts';
import { type HostConnection, waitForSnapshot } from '../host-connection.ts';
import { modelLines } from '../sentences.ts';
import { note, print, printJson } from '../terminal.ts';
import { type CommonOptions, useHost } from '../use-host.ts';

type ModelsOptions = CommonOptions & { readonly json?: boolean };

/** A host that is composed for a look into the library loads no model and talks to nobody. */
const quietly: ChangedSettings = {
  shards: [],
  peers: [],
  mdns: false,
  listen: ['/ip4/127.0.0.1/tcp/0'],
};

export async function listModels(options: ModelsOptions): Promise<void> {
  await useHost(options, quietly, async (connection) => {
    const models = await waitForSnapshot(
      connection,
      (snapshot) => snapshot.node?.models,
      30_000,
      'The running MindMesh has no working mesh node; "mindmesh status" tells why.',
    );
    if (options.json === true) {
      printJson(models);
    } else {
      print(modelLines(models));
    }
  });
}

export async function importModel(
  path: string,
  options: ModelsOptions & { readonly name?: string },
): Promise<void> {
  await useHost(options, quietly, async (connection) => {
    const forget = process.stderr.isTTY ? showProgress(connection) : undefined;
    try {
      const model = await connection.call('importModel', {
        // The host may run in another folder than this command.
        path: resolve(path),
        ...(options.name === undefined ? {} : { alias: options.name }),
      });
      if (options.json === true) {
        printJson(model);
      } else {
        print([`Imported ${model.alias ?? model.name}:`, ...modelLines([model]).slice(1)]);
      }
    } finally {
      forget?.();
    }
  });
}

export async function removeModel(model: string, options: ModelsOptions): Promise<void> {
  await useHost(options, quietly, async (connection) => {
    const removed = await connection.call('removeModel', { model });
    if (options.json === true) {
      printJson(removed);
    } else {
      print(
        `Removed ${removed.alias ?? removed.name} from the library; its file stays where it is.`,
      );
    }
  });
}

/** One line that is written over again. */
function showProgress(connection: HostConnection): () => void {
  const forget = connection.onSnapshot(() => {
    for (const { doneBytes, totalBytes } of connection.snapshot().imports ?? []) {
      const percent = Math.floor((100 * doneBytes) / Math.max(1, totalBytes));
      process.stderr.write(`\rReading the file: ${percent} %`);
    }
  });
  return () => {
    forget();
    process.stderr.write('\r');
    note('');
  };
}
