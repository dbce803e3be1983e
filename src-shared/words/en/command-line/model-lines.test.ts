import { describe, expect, it } from 'vitest';
import type { ImportedModel } from '../../../api/models.ts';
import type { DownloadStatus } from '../../../api/node-status.ts';
import { catalogLines, downloadLine, hostingLine, importLines } from './model-lines.ts';

const download: DownloadStatus = {
  model: 'Qwen3 8B',
  manifestId: null,
  layers: { firstLayer: 0, lastLayer: 15 },
  doneBytes: 1.2e9,
  totalBytes: 4.8e9,
  sources: 3,
};

it('tells how far a download is, and from how many', () => {
  expect(downloadLine(download)).toBe(
    'Fetching Qwen3 8B, layers 0–15: 25 % of 4.8 GB, from 3 sources',
  );
  expect(downloadLine({ ...download, layers: null, sources: 1 })).toBe(
    'Fetching Qwen3 8B: 25 % of 4.8 GB, from 1 source',
  );
  expect(downloadLine({ ...download, totalBytes: 0, doneBytes: 0, sources: 0 })).toMatch(
    /: 0 % of 0\.0 MB, no source now$/,
  );
});

it('prints the catalog as a table, with how to go on', () => {
  const entry = {
    id: 'qwen3-8b',
    name: 'Qwen3 8B',
    parameters: '8B',
    quantisation: 'Q4_K_M',
    licence: { name: 'Apache-2.0', url: 'https://example.org' },
    page: 'https://example.org',
    sizeBytes: 5e9,
    isHere: true,
  };
  const offered = {
    ...entry,
    id: 'own',
    name: 'Own',
    parameters: '',
    pool: { id: 'some pool', name: 'Friends' },
    isHere: false,
  };
  expect(catalogLines([entry, offered])).toEqual([
    'id        model     size  type    download  licence     from          here',
    'qwen3-8b  Qwen3 8B  8B    Q4_K_M  5.0 GB    Apache-2.0  the app       yes',
    'own       Own             Q4_K_M  5.0 GB    Apache-2.0  pool Friends  no',
    '',
    '"mindmesh models download ID" fetches one.',
  ]);
  expect(catalogLines([])).toEqual([expect.stringContaining('no list of models')]);
});

describe('what an import says', () => {
  const model: ImportedModel = {
    manifestId: 'a'.repeat(64),
    name: 'Small',
    alias: 'one',
    path: '/models/small.gguf',
    isStored: true,
    available: false,
    architecture: 'llama',
    layers: 4,
    width: 64,
    contextLength: 512,
    sizeBytes: 1,
    quantisation: 'F32',
    wasKnown: false,
    isHosted: false,
    replaced: null,
  };

  it('is that a new model is not hosted yet, and the command for it', () => {
    expect(importLines(model)).toEqual(['Imported one:']);
    expect(hostingLine(model, [model])).toBe(
      `It is in the library but not hosted yet. "mindmesh models host 'one'" makes this machine answer with it.`,
    );
    expect(hostingLine({ ...model, isHosted: true }, [])).toBe('This machine hosts it.');
  });

  it('is a command that means no other model of the same name', () => {
    const named = { ...model, alias: null };
    expect(hostingLine(named, [named, { ...named, manifestId: 'b'.repeat(64) }])).toContain(
      `"mindmesh models host 'Small:aaaaaaaa'"`,
    );
  });

  it('is the name under which the same content was known', () => {
    expect(importLines({ ...model, wasKnown: true, otherAliases: ['two'] })).toEqual([
      'This is one, which was known already, also called two; both files have the same content:',
    ]);
  });

  it('is what the file was before, and what becomes of its hosting', () => {
    const replaced = { name: 'Old', wasHosted: false };
    const place = 'It replaces Old, the former content of this file, and keeps its names.';
    expect(importLines({ ...model, replaced })).toEqual(['Imported one:', place]);
    const hosted = { ...model, replaced: { name: 'Old', wasHosted: true } };
    expect(importLines({ ...hosted, isHosted: true }).slice(2)).toEqual([
      'This machine hosted the former one, and now hosts this one instead.',
    ]);
    expect(importLines(hosted).slice(2)).toEqual([
      'This machine hosted layers of the former one that this one does not have. Choose again what to host.',
    ]);
  });
});
