import { expect, test } from './window-test.ts';

test.beforeEach(async ({ chat }) => {
  await chat.page.getByRole('link', { name: 'Status' }).click();
});

test('the status shows the layers that this machine serves', async ({ page }) => {
  const shards = page.getByRole('region', { name: 'Layers served here' });

  await expect(shards.getByRole('heading', { name: 'MindMesh Demo' })).toBeVisible();
  await expect(shards.getByText('Serving')).toBeVisible();
  await expect(shards.getByText(/^Layers 0–\d+ of \d+$/)).toBeVisible();
  await expect(shards.getByRole('img', { name: /^layers 0–\d+ on this computer$/ })).toBeVisible();
  await expect(shards.getByText(/^\d+(\.\d)? [KMG]B$/)).toBeVisible();
});

test('the status says in a sentence how this node is, and names it', async ({ page, host }) => {
  const node = page.getByRole('region', { name: 'This node' });
  const peer = await host.ask(async (connection) => connection.snapshot().node?.peer ?? 'none');

  await expect(node.getByText('The layers of this computer are loaded.')).toBeVisible();
  await expect(node.getByText(`…${peer.slice(-8)}`)).toBeVisible();
});

test('the API key stays hidden until it is asked for, and is the real one', async ({
  page,
  host,
}) => {
  const api = page.getByRole('region', { name: 'Use it from other programs' });
  const { baseUrl } = await host.ask(async (connection) => connection.snapshot().api);
  const { key } = await host.ask((connection) => connection.call('apiKey', {}));

  await expect(api.getByText(baseUrl)).toBeVisible();
  await expect(page.getByText(key)).toHaveCount(0);
  await api.getByRole('button', { name: 'Show key' }).click();
  await expect(api.getByText(key)).toBeVisible();
  await api.getByRole('button', { name: 'Hide key' }).click();
  await expect(page.getByText(key)).toHaveCount(0);
});

test('usage counts the answers that were given', async ({ chat }) => {
  const page = chat.page;
  const answers = page.getByRole('region', { name: 'Usage' }).locator('dd').first();
  await expect(answers).toHaveText(/^\d+$/);
  const before = Number(await answers.innerText());

  await page.getByRole('link', { name: 'Chat' }).click();
  await chat.ask('What is the capital of France?');
  await chat.answered();
  await page.getByRole('link', { name: 'Status' }).click();

  await expect(answers).toHaveText(String(before + 1));
});

test('only the page scrolls, and never the window around it', async ({ chat }) => {
  const page = chat.page;
  await page.getByRole('link', { name: 'Chat' }).click();
  await chat.ask('What is the capital of France?');
  await chat.answered();
  await page.getByRole('link', { name: 'Status' }).click();
  await expect(page.getByRole('table', { name: 'Tokens per day' })).toBeAttached();
  await page.setViewportSize({ width: 1100, height: 600 });
  const sticksOut = await page.evaluate(
    () => document.documentElement.scrollHeight - document.documentElement.clientHeight,
  );
  expect(sticksOut).toBeLessThanOrEqual(0);
});
