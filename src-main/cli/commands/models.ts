/** `mindmesh models list | catalog | download | cancel | import | remove`. */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../src-shared/errors.ts';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { ChangedSettings } from '../../../src-shared/settings/settings.ts';
import { type HostConnection, waitForSnapshot } from '../host-connection.ts';
import {
  catalogLines,
  commandErrors,
  commandResults,
  downloadLine,
  fetchedLines,
  hostingLine,
  importLines,
  modelLines,
} from '../../../src-shared/words/command-line.ts';
import { note, noteOver, print, printJson } from '../terminal.ts';
import { type CommonOptions, withoutPeers, useHost } from '../use-host.ts';
import { hostHere } from './host-model.ts';

/** Finding peers takes this long, in milliseconds. */
const foundWithinMs = 20_000;

type ModelsOptions = CommonOptions & { readonly json?: boolean };

/**
 * These settings are for a host that this process runs for one download: it loads no model, and looks for peers as
 * usual.
 */
const withoutModels: ChangedSettings = { shards: [] };

export async function listModels(options: ModelsOptions): Promise<void> {
  await useHost(options, withoutPeers, async (connection) => {
    const { models, downloads = [] } = await waitForSnapshot(
      connection,
      (snapshot) => snapshot.node ?? undefined,
      30_000,
      commandErrors.noNode,
    );
    if (options.json === true) {
      printJson(
        models.map((model) => ({
          ...model,
          downloads: downloads.filter(({ manifestId }) => manifestId === model.manifestId),
        })),
      );
    } else {
      print([...modelLines(models), ...fetchedLines(downloads)]);
    }
  });
}

export async function listCatalog(options: ModelsOptions): Promise<void> {
  await useHost(options, withoutPeers, async (connection) => {
    const entries = await connection.call('catalog', {});
    if (options.json === true) {
      printJson(entries);
    } else {
      print(catalogLines(entries));
    }
  });
}

/** Ctrl-C ends the command; a host that runs goes on with the download, until `models cancel`. */
export async function downloadModel(
  name: string,
  options: ModelsOptions & { readonly layers?: LayerRange },
): Promise<void> {
  await useHost(options, withoutModels, async (connection, signal) => {
    const forget = process.stderr.isTTY ? showDownloads(connection) : undefined;
    const { layers } = options;
    const request = { model: name, ...(layers === undefined ? {} : { layers }) };
    try {
      const model = await whenKnown(() => connection.call('downloadModel', request), signal);
      if (options.json === true) {
        printJson(model);
      } else {
        print([
          commandResults.downloaded(model.alias ?? model.name, layers),
          ...modelLines([model]).slice(1),
        ]);
      }
    } finally {
      forget?.();
    }
  });
}

export async function cancelDownload(model: string, options: CommonOptions): Promise<void> {
  await useHost(options, withoutPeers, async (connection) => {
    await connection.call('cancelDownload', { model });
    print(commandResults.downloadEnded(model));
  });
}

/** A host that has just started may not know its peers yet. */
async function whenKnown<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const deadline = performance.now() + foundWithinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isUnknown = error instanceof AppError && error.code === 'model-not-found';
      if (!isUnknown || performance.now() > deadline) {
        throw error;
      }
      await delay(500, undefined, { signal });
    }
  }
}

export async function importModel(
  path: string,
  options: ModelsOptions & { readonly name?: string; readonly host?: boolean },
): Promise<void> {
  const { model, models } = await useHost(options, withoutPeers, async (connection) => {
    const forget = process.stderr.isTTY ? showProgress(connection) : undefined;
    try {
      const model = await connection.call('importModel', {
        // The host may run in another folder than this command.
        path: resolve(path),
        ...(options.name === undefined ? {} : { alias: options.name }),
      });
      return { model, models: connection.snapshot().node?.models ?? [] };
    } finally {
      forget?.();
    }
  });
  const isToHost = options.host === true && !model.isHosted;
  const hosting = isToHost ? await hostHere(model, options) : undefined;
  if (options.json === true) {
    printJson({ ...model, isHosted: model.isHosted || isToHost });
  } else {
    print([...importLines(model), ...modelLines([model]).slice(1)]);
    for (const warning of model.warnings ?? []) {
      note(warning);
    }
    print(hosting ?? hostingLine(model, models));
  }
}

export async function removeModel(model: string, options: ModelsOptions): Promise<void> {
  await useHost(options, withoutPeers, async (connection) => {
    const removed = await connection.call('removeModel', { model });
    if (options.json === true) {
      printJson(removed);
    } else {
      const { otherAliases = [] } = removed;
      const name = commandResults.withOtherNames(removed.alias ?? removed.name, otherAliases);
      const { dataFolder } = connection.snapshot();
      // Downloaded files are deleted; a file that the owner imported stays.
      print(
        removed.path === null || removed.path.startsWith(dataFolder)
          ? commandResults.deleted(name)
          : commandResults.forgotten(name),
      );
    }
  });
}

/** Shows the progress in one line, which each new value overwrites. */
function showProgress(connection: HostConnection): () => void {
  return showLine(connection, ({ imports }) => {
    const [first] = imports ?? [];
    return first === undefined
      ? undefined
      : commandResults.reading(first.doneBytes / Math.max(1, first.totalBytes));
  });
}

function showDownloads(connection: HostConnection): () => void {
  return showLine(connection, ({ node }) => {
    const [first] = node?.downloads ?? [];
    return first === undefined ? undefined : downloadLine(first);
  });
}

function showLine(
  connection: HostConnection,
  lineOf: (snapshot: HostSnapshot) => string | undefined,
): () => void {
  let width = 0;
  const forget = connection.onSnapshot(() => {
    const line = lineOf(connection.snapshot());
    if (line !== undefined) {
      noteOver(line, width);
      width = line.length;
    }
  });
  return () => {
    forget();
    noteOver('', 0);
    note('');
  };
}
