import { ChatPage } from '../support/window/chat-page.ts';
import { expect, test } from './window-test.ts';

test('a reload needs no new token', async ({ chat }) => {
  await chat.page.reload();

  await expect(chat.question).toBeVisible();
  expect(new URL(chat.page.url()).search, 'the token has left the address bar').toBe('');
});

test('a copied address without its token opens nothing in another browser', async ({
  browser,
  chat,
}) => {
  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  const response = await page.goto(chat.page.url());

  expect(response?.status()).toBe(401);
  await expect(page.getByRole('heading')).toHaveText('This browser needs a new address');
  await stranger.close();
});

test('an address that was opened opens nothing a second time', async ({ browser, host }) => {
  const address = await host.newWindowAddress();
  const first = await browser.newContext();
  await new ChatPage(await first.newPage()).open(address);

  const second = await browser.newContext();
  const response = await (await second.newPage()).goto(address);

  expect(response?.status()).toBe(401);
  await first.close();
  await second.close();
});
