/** Models in the window: what this machine hosts of them, downloads, and removal. */
import type { Page } from '@playwright/test';
import type { CatalogEntry } from '../../src-shared/catalog.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { expect, expectStored, test } from './played-test.ts';

const entry: CatalogEntry = {
  id: 'some-model',
  name: 'Some Model 8B',
  parameters: '8B',
  quantisation: 'Q4_K_M',
  licence: { name: 'MIT', url: 'https://example.org/licence' },
  page: 'https://example.org/model',
  sizeBytes: 4_000_000,
  isHere: false,
};

type Asked = { id: number; method: string };

/** Simulates a catalog and its downloads: the real catalog is signed, and its models are on servers of others. */
async function playCatalog(page: Page): Promise<{ asked: string[] }> {
  const asked: string[] = [];
  let download: Asked | undefined;
  await page.routeWebSocket(/\/host$/, (socket) => {
    const server = socket.connectToServer();
    const tell = (message: object): void => socket.send(JSON.stringify(message));
    let watched: number | undefined;
    let revision = 1_000_000;
    const tellDownloads = (): void => {
      const told = { model: entry.name, manifestId: null, layers: null, sources: 1 };
      const under = { ...told, doneBytes: 1_000_000, totalBytes: entry.sizeBytes };
      const value = download === undefined ? [] : [under];
      revision += 1;
      tell({ type: 'event', id: watched, event: { topic: 'downloads', revision, value } });
    };
    server.onMessage((text) => {
      const message = JSON.parse(String(text)) as { id: number; event?: { topic?: string } };
      if (message.event?.topic === 'catalog') {
        const value = { entries: [entry], storage: { usedBytes: 0, freeBytes: 1e12 } };
        tell({ ...message, event: { ...message.event, value } });
      } else if (message.event?.topic === 'downloads') {
        watched = message.id;
        tellDownloads();
      } else {
        socket.send(text);
      }
    });
    socket.onMessage((text) => {
      const request = JSON.parse(String(text)) as Asked;
      if (request.method === 'downloadModel') {
        asked.push(request.method);
        download = request;
        tellDownloads();
      } else if (request.method === 'cancelDownload') {
        asked.push(request.method);
        const error = { code: 'cancelled', message: 'The download was cancelled.' };
        tell({ type: 'error', id: download?.id, error });
        tell({ type: 'result', id: request.id, result: null });
        download = undefined;
        tellDownloads();
      } else {
        server.send(text);
      }
    });
  });
  return { asked };
}

test('a model to download says its size, licence and fit; the download shows how far it is, and ends when told', async ({
  openView,
  page,
}) => {
  const { asked } = await playCatalog(page);
  await openView('Models');
  const catalog = page.getByRole('region', { name: 'Models to download' });
  await expect(catalog.getByText('8B parameters · Q4_K_M · 4 MB to download')).toBeVisible();
  const licence = catalog.getByRole('link', { name: 'Licence of Some Model 8B: MIT' });
  await expect(licence).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(catalog.getByText('Should fit here')).toBeVisible();

  await catalog.getByRole('button', { name: 'Download Some Model 8B, 4 MB' }).click();
  const progress = catalog.getByRole('progressbar', { name: 'Downloading Some Model 8B' });
  await expect(progress).toHaveJSProperty('value', 0.25);
  await expect(catalog.getByText('1 MB of 4 MB')).toBeVisible();
  await catalog.getByRole('button', { name: 'Cancel the download of Some Model 8B' }).click();
  await expect(progress).toHaveCount(0);
  await expect(catalog.getByRole('button', { name: /^Download/ })).toBeVisible();
  await expect(catalog.getByRole('alert'), 'whoever ends it knows').toHaveCount(0);
  expect(asked).toEqual(['downloadModel', 'cancelDownload']);
});

test('the models of the app’s own list can be downloaded', async ({ openView }) => {
  const page = await openView('Models');
  const catalog = page.getByRole('region', { name: 'Models to download' });
  await expect(catalog.getByRole('heading', { name: /Qwen3/ }).first()).toBeVisible();
  await expect(
    catalog.getByText(/Should fit here|Too large for this computer/).first(),
  ).toBeVisible();
  await expect(page.getByText(/models take .+ of the disk; .+ of it are free\./)).toBeVisible();
});

test('what is hosted of a model is chosen by its layers, and kept', async ({
  openView,
  played,
}) => {
  const page = await openView('Models');
  const models = page.getByRole('region', { name: 'Models in reach' });
  const choice = models.getByRole('combobox', {
    name: 'What this computer hosts of MindMesh Demo',
  });
  await expect(choice).toHaveValue('whole');
  await choice.selectOption('Some layers');
  const last = models.getByRole('textbox', { name: /^Last layer of MindMesh Demo/ });
  await last.fill('1');
  await last.press('Enter');
  const { node } = played.host.snapshot();
  const model = node?.models.find(({ name }) => name === 'MindMesh Demo')?.manifestId ?? '';
  await expectStored(played, { shards: [{ model, layers: { firstLayer: 0, lastLayer: 1 } }] });
  await expect(models.getByRole('img', { name: /^layers 0–1 on this computer/ })).toBeVisible();

  const first = models.getByRole('textbox', { name: /^First layer of MindMesh Demo/ });
  await first.fill('2');
  await first.press('Enter');
  await expect(models.getByRole('alert')).toHaveText(
    'The first layer must not come after the last one.',
  );
  await choice.selectOption('Nothing');
  await expectStored(played, { shards: [] });
});

test('a model that is hosted is removed after a question, and its own file stays', async ({
  openView,
  played,
}, testInfo) => {
  const path = testInfo.outputPath('random.gguf');
  await writeRandomModel(path, smallModel);
  await played.host.call('importModel', { path });
  const { name } = smallModel;
  await played.host.call('changeSettings', { shards: [{ model: name }] });
  const page = await openView('Models');
  await page.getByRole('button', { name: `Remove ${name}` }).click();
  const question = page.getByRole('dialog', { name: `Remove ${name}?` });
  await expect(question).toContainText('Your file stays where it is.');
  await question.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { name })).toHaveCount(0);
  await expectStored(played, { shards: [] });
});
