/** The window of a machine that holds half of a model; a peer holds the other half. */
import type { LayerRange } from '../../src-shared/model.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { expect, test } from './pair-test.ts';

const inWords = ({ firstLayer, lastLayer }: LayerRange): string => `${firstLayer}–${lastLayer}`;

test('the receipt of an answer over two machines names both, their layers and the hop', async ({
  shared,
  pair,
}) => {
  const peer = await pair.serving.ask(
    async (connection) => connection.snapshot().node?.peer ?? 'none',
  );
  await shared.ask('What is the capital of France?');
  await shared.answered();

  await expect(shared.answer).toContainText('Paris');
  await expect(shared.receipt).toContainText('This computer and 1 peer');
  await shared.receipt.click();
  const rows = shared.answer.getByRole('row');
  await expect(rows.nth(1)).toContainText(`This computer${inWords(pair.firstHalf)}`);
  await expect(rows.nth(2)).toContainText(`…${peer.slice(-8)}${inWords(pair.secondHalf)}`);
  await expect(rows.nth(2)).toContainText(/[\d.]+ ms[\d.]+ ms$/);
  await expect(shared.answer).toContainText('may have seen what was asked and answered');
  await expect(shared.answer).not.toContainText('left it');
});

test('before anything is asked, the window says that peers may see it', async ({ shared }) => {
  await expect(
    shared.page.getByText('Peers compute parts of this model and may see what you ask.'),
  ).toBeVisible();
});

test('the network page shows the peer, how it is reached, and which layers it holds', async ({
  shared,
  pair,
}) => {
  const { page } = shared;
  const [here, there] = [inWords(pair.firstHalf), inWords(pair.secondHalf)];
  await page.getByRole('link', { name: 'Network' }).click();

  const peers = page.getByRole('region', { name: 'Peers' });
  await expect(peers.getByText('Ready')).toBeVisible();
  await expect(peers.getByText('On this network', { exact: true })).toBeVisible();
  await expect(peers.getByText(/^[\d.]+ ms$/)).toBeVisible();
  await expect(peers.getByText(`Hosts: MindMesh Demo, layers ${there}`)).toBeVisible();
  const layers = page.getByRole('region', { name: 'Layers of each model' });
  await expect(
    layers.getByRole('img', { name: `layers ${here} on this computer, layers ${there} on peers` }),
  ).toBeVisible();
  await expect(layers.getByText('Every layer is hosted, some of them only once.')).toBeVisible();
  const own = page.getByRole('region', { name: 'This computer in the mesh' });
  await expect(own.getByText('Not reachable')).toBeVisible();
  await expect(own.getByText(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3KooW/)).toBeVisible();
});

test('the network page says which peers would answer now, and what is missing when none could', async ({
  shared,
  pair,
}) => {
  const { page } = shared;
  await page.getByRole('link', { name: 'Network' }).click();
  const route = page.getByRole('region', { name: 'Who would answer you now' });
  await expect(route.getByText('This computer together with 1 other computer.')).toBeVisible();
  const steps = route.getByRole('listitem');
  await expect(steps.nth(0)).toContainText(`This computerLayers ${inWords(pair.firstHalf)}`);
  await expect(steps.nth(1)).toContainText(`Layers ${inWords(pair.secondHalf)}direct · `);
  await expect(steps.nth(1)).toContainText('free of charge · nobody to take over');

  const model = 'MindMesh Demo';
  await pair.asking.ask((host) => host.call('changeSettings', { shards: [] }));
  await expect(route.getByText('Nobody could answer now.')).toBeVisible();
  await expect(route.getByText(/layers 0/)).toBeVisible();
  const shards = [{ model, layers: pair.firstHalf }];
  await pair.asking.ask((host) => host.call('changeSettings', { shards }));
  await expect(route.getByText('This computer together with 1 other computer.')).toBeVisible();
});

test('layers that were fetched from a peer are deleted when told, and the peer keeps its own', async ({
  shared,
  pair,
}, testInfo) => {
  const { page } = shared;
  const { name } = smallModel;
  const path = testInfo.outputPath('random.gguf');
  await writeRandomModel(path, smallModel);
  const demo = 'MindMesh Demo';
  await pair.serving.ask(async (host) => {
    await host.call('importModel', { path });
    const shards = [{ model: demo, layers: pair.secondHalf }, { model: name }];
    await host.call('changeSettings', { shards });
  });
  await page.getByRole('link', { name: 'Models' }).click();
  const models = page.getByRole('region', { name: 'Models in reach' });
  const choice = models.getByRole('combobox', { name: `What this computer hosts of ${name}` });
  await expect(choice).toHaveValue('nothing');
  const remove = models.getByRole('button', { name: `Remove ${name}` });
  await expect(remove).toHaveCount(0);

  await choice.selectOption('Some layers');
  await expect(models.getByRole('img', { name: /^layers 0–1 on this computer/ })).toBeVisible();
  await remove.click();
  const question = page.getByRole('dialog', { name: `Remove ${name}?` });
  await expect(question).toContainText('The layers that this computer fetched of it are deleted');
  await question.getByRole('button', { name: 'Remove' }).click();
  await expect(remove).toHaveCount(0);
  await expect(choice).toHaveValue('nothing');
  await expect(models.getByRole('img', { name: 'layers 0–3 on peers' })).toBeVisible();
});
