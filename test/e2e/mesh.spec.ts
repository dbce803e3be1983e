/** The window of a machine that holds half of a model; a peer holds the other half. */
/* oxlint-disable no-empty-pattern -- Playwright reads from the pattern which fixtures are wanted. */
import type { LayerRange } from '../../src-shared/model.ts';
import { ChatPage } from '../support/chat-page.ts';
import { type HostPair, startHostPair } from '../support/host-pair.ts';
import { expect, test as base } from './window-test.ts';

const inWords = ({ firstLayer, lastLayer }: LayerRange): string => `${firstLayer}–${lastLayer}`;

const test = base.extend<{ shared: ChatPage }, { pair: HostPair }>({
  pair: [
    async ({}, use) => {
      const pair = await startHostPair();
      await use(pair);
      await pair.dispose();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  shared: async ({ page, pair }, use) => {
    const chat = new ChatPage(page);
    await chat.open(await pair.asking.newWindowAddress());
    await use(chat);
  },
});

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
  await expect(shared.receipt).toContainText('This machine and 1 peer');
  await shared.receipt.click();
  const rows = shared.answer.getByRole('row');
  await expect(rows.nth(1)).toContainText(`This machine${inWords(pair.firstHalf)}`);
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

test('the status shows the peer, how far it is, and which layers it holds', async ({
  shared,
  pair,
}) => {
  const { page } = shared;
  const [here, there] = [inWords(pair.firstHalf), inWords(pair.secondHalf)];
  await page.getByRole('link', { name: 'Status' }).click();

  const peers = page.getByRole('region', { name: 'Peers' });
  await expect(peers.getByText('Connected')).toBeVisible();
  await expect(peers.getByText(/Round trip: [\d.]+ ms/)).toBeVisible();
  await expect(peers.getByText(`MindMesh Demo, layers ${there}`)).toBeVisible();
  await expect(
    page.getByRole('img', { name: `layers ${here} on this machine, layers ${there} on peers` }),
  ).toBeVisible();
});
