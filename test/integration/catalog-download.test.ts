/** Whole files of the catalog, from a web server into the library, within the owner's limits. */
import { readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appFiles } from '../../src-main/base/app-files.ts';
import type { DownloadStatus } from '../../src-shared/api/node-status.ts';
import { CatalogModels, loadCatalog } from '../../src-worker/node/hosting/catalog-models.ts';
import type { CatalogModel } from '../../src-worker/node/hosting/catalog.ts';
import { ModelLibrary } from '../../src-worker/node/models/library.ts';
import { TokenBucket } from '../../src-worker/node/base/token-bucket.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { type ModelServer, startModelServer } from '../support/models/model-server.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { transferModel } from '../support/models/transfer-parts.ts';

type Setting = {
  readonly server: ModelServer;
  readonly library: ModelLibrary;
  readonly catalog: CatalogModels;
  readonly model: CatalogModel;
  readonly told: (DownloadStatus | undefined)[];
  readonly download: TokenBucket;
};

/** A catalog of one model, whose first address answers nothing. */
async function setUp(options: Parameters<typeof writeRandomModel>[1] = {}): Promise<Setting> {
  const folder = await temporaryFolder();
  const path = join(folder, 'model.gguf');
  await writeRandomModel(path, options);
  const content = await readFile(path);
  const [dead, server] = [await startModelServer(content), await startModelServer(content)];
  dead.fault = 'unavailable';
  const library = await ModelLibrary.open({
    folder: join(folder, 'library'),
    onWarning: () => {},
  });
  const model: CatalogModel = {
    id: 'small',
    name: 'Small',
    parameters: '1M',
    quantisation: 'F32',
    licence: { name: 'MIT', url: 'https://example.org' },
    page: 'https://example.org',
    urls: [dead.url, server.url],
    sizeBytes: content.byteLength,
    sha256: createHash('sha256').update(content).digest('hex'),
    manifestId: null,
  };
  const told: (DownloadStatus | undefined)[] = [];
  const download = new TokenBucket(null);
  const bytes = {
    download,
    makeRoom: (needed: number) => library.makeRoomForFile(needed),
    tell: (_key: string, status: DownloadStatus | undefined) => void told.push(status),
  };
  const catalog = new CatalogModels({ models: () => [model], library, bytes });
  return { server, library, catalog, model, told, download };
}

describe('the catalog', () => {
  it('that comes with the app is signed and has models', async () => {
    const warnings: string[] = [];
    const log = (_level: string, message: string): void => void warnings.push(message);
    expect((await loadCatalog(appFiles().catalog, log)).length).toBeGreaterThan(5);
    expect(await loadCatalog(undefined, log)).toEqual([]);
    expect(warnings).toEqual([]);
    expect(await loadCatalog('/no/such/file', log)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('cannot be used')]);
  });

  it('knows its models by id and by name, and which of them are here', async () => {
    const { catalog, model } = await setUp();
    expect([catalog.find('SMALL'), catalog.find('small')]).toEqual([model, model]);
    expect(catalog.find('smal')).toBeUndefined();
    expect(catalog.entries()).toMatchObject([{ id: 'small', isHere: false }]);
  });
});

describe('a file of the catalog', () => {
  it('is fetched once for all who ask, from the next address when one fails, and can be hosted', async () => {
    const { server, catalog, model, library, told } = await setUp();
    const [one, other] = await Promise.all([catalog.download(model), catalog.download(model)]);
    expect(one).toBe(other);
    expect(one.summary.name).toBe(smallModel.name);
    expect(catalog.entries()).toMatchObject([{ isHere: true }]);
    expect(told[0]).toMatchObject({ model: 'Small', layers: null, totalBytes: model.sizeBytes });
    expect(told.at(-1)).toBeUndefined();
    const { bytes } = server.sent;
    await catalog.download(model);
    expect(server.sent.bytes).toBe(bytes);
    expect(await library.usedBytes()).toBe(model.sizeBytes);
    await library.remove(one.manifestId);
    expect(await library.usedBytes()).toBe(0);
    expect(catalog.entries()).toMatchObject([{ isHere: false }]);
  });

  it('is refused where the disk limit leaves no room, before a byte is fetched', async () => {
    const { server, catalog, model, library } = await setUp();
    library.limitTo(model.sizeBytes - 1);
    await expect(catalog.download(model)).rejects.toMatchObject({ code: 'data-folder-unusable' });
    expect(server.sent.bytes).toBe(0);
  });

  it('goes on where it stopped when the node did, and leaves nothing when it is called off', async () => {
    const { catalog, model, library, download, told } = await setUp(transferModel);
    download.setRate(2_000_000);
    const partial = join(library.filesFolder, `small-${model.sha256.slice(0, 8)}.gguf.download`);
    const size = (): Promise<number> =>
      stat(partial).then(
        (found) => found.size,
        () => 0,
      );
    const stopped = catalog.download(model).catch((error: unknown) => error);
    await eventuallyTrue('a piece is here', async () => (await size()) > 0);
    await catalog.stop();
    expect(await stopped).toMatchObject({ code: 'cancelled' });
    const before = await size();
    expect(before).toBeGreaterThan(0);
    told.length = 0;
    const cancelled = catalog.download(model).catch((error: unknown) => error);
    await eventuallyTrue('it goes on', () =>
      told.some((status) => (status?.doneBytes ?? 0) > before),
    );
    expect(await catalog.cancel(model)).toBe(true);
    expect(await cancelled).toMatchObject({ code: 'cancelled' });
    expect(await size()).toBe(0);
    expect(await catalog.cancel(model)).toBe(false);
  });
});
