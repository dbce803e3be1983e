/** What the commands about models print of downloads and of the catalog. Pure. */
import type { CatalogEntry } from '../../../catalog.ts';
import { nameAmong } from '../../../model-names.ts';
import type { ImportedModel, ModelEntry } from '../../../api/models.ts';
import type { DownloadStatus } from '../../../api/node-status.ts';
import { tableLines } from '../../table.ts';
import { count, size } from './amounts.ts';

/** What `models import` says of the file: whether its content is new, and which model it replaces. */
export function importLines(model: ImportedModel): string[] {
  const { alias, name, otherAliases = [], wasKnown, replaced } = model;
  const shown = alias ?? name;
  const also = otherAliases.length === 0 ? '' : `, also called ${otherAliases.join(', ')}`;
  const place =
    replaced === null
      ? []
      : [`It replaces ${replaced.name}, the former content of this file, and keeps its names.`];
  if (replaced?.wasHosted === true) {
    place.push(
      model.isHosted
        ? 'This machine hosted the former one, and now hosts this one instead.'
        : 'This machine hosted layers of the former one that this one does not have. Choose again what to host.',
    );
  }
  return [
    wasKnown
      ? `This is ${shown}, which was known already${also}; both files have the same content:`
      : `Imported ${shown}${also}:`,
    ...place,
  ];
}

/** Whether this machine answers with an imported model, and the command that makes it. `models`: all known models. */
export function hostingLine(model: ImportedModel, models: readonly ModelEntry[]): string {
  return model.isHosted
    ? 'This machine hosts it.'
    : `It is in the library but not hosted yet. ${hostCommand(model, models)} makes this machine answer with it.`;
}

function hostCommand(model: ModelEntry, models: readonly ModelEntry[]): string {
  return `"mindmesh models host '${nameAmong(model, models)}'"`;
}

/** What `models catalog` prints. */
export function catalogLines(entries: readonly CatalogEntry[]): string[] {
  if (entries.length === 0) {
    return [
      'There is no list of models to download. "mindmesh models import FILE.gguf" adds a file.',
    ];
  }
  const heads = ['id', 'model', 'size', 'type', 'download', 'licence', 'from', 'here'];
  const rows = entries.map((entry) => [
    entry.id,
    entry.name,
    entry.parameters,
    entry.quantisation,
    size(entry.sizeBytes),
    entry.licence.name,
    entry.pool === undefined ? 'the app' : `pool ${entry.pool.name}`,
    entry.isHere ? 'yes' : 'no',
  ]);
  return [...tableLines([heads, ...rows]), '', '"mindmesh models download ID" fetches one.'];
}

/** Lines below the list of models, for downloads under way. */
export function fetchedLines(downloads: readonly DownloadStatus[]): string[] {
  return downloads.map((download) => downloadLine(download));
}

export function downloadLine(download: DownloadStatus): string {
  const { model, layers, doneBytes, totalBytes, sources } = download;
  const what =
    layers === null ? model : `${model}, layers ${layers.firstLayer}–${layers.lastLayer}`;
  const percent = Math.floor((100 * doneBytes) / Math.max(1, totalBytes));
  const from = sources === 0 ? 'no source now' : `from ${count(sources, 'source')}`;
  return `Fetching ${what}: ${percent} % of ${size(totalBytes)}, ${from}`;
}
