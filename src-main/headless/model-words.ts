/** What the commands about models print of downloads and of the catalog. Pure. */
import type { CatalogEntry } from '../../src-shared/catalog.ts';
import type { DownloadStatus } from '../../src-shared/node-api.ts';

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
    gigabytes(entry.sizeBytes),
    entry.licence.name,
    entry.pool === undefined ? 'the app' : `pool ${entry.pool.name}`,
    entry.isHere ? 'yes' : 'no',
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return [
    ...[heads, ...rows].map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    '',
    '"mindmesh models download ID" fetches one.',
  ];
}

/** Lines under the list of models, of those that are being fetched. */
export function fetchedLines(downloads: readonly DownloadStatus[]): string[] {
  return downloads.map((download) => downloadLine(download));
}

export function downloadLine(download: DownloadStatus): string {
  const { model, layers, doneBytes, totalBytes, sources } = download;
  const what =
    layers === null ? model : `${model}, layers ${layers.firstLayer}–${layers.lastLayer}`;
  const percent = Math.floor((100 * doneBytes) / Math.max(1, totalBytes));
  const from =
    sources === 0 ? 'no source now' : `${sources} ${sources === 1 ? 'source' : 'sources'}`;
  return `Fetching ${what}: ${percent} % of ${gigabytes(totalBytes)}, ${sources === 0 ? '' : 'from '}${from}`;
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
