/** What a screen reader finds: names, roles, one level-one heading, and answers spoken in sentences. */
import { nameless } from '../support/window/nameless.ts';
import { expect, test } from './window-test.ts';

test('every control of chat and status has a name, and each view one title', async ({ chat }) => {
  const { page } = chat;
  await chat.ask('What is the capital of France?');
  await chat.answered();
  await chat.receipt.click();
  expect(await nameless(page)).toEqual([]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Chat');
  await expect(page.getByRole('main')).toHaveCount(1);

  await page.getByRole('link', { name: 'Status' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Status');
  expect(await nameless(page)).toEqual([]);
  await expect(page.getByRole('link', { name: 'Status' })).toHaveAttribute('aria-current', 'page');
});

test('an answer is announced politely, in a few pieces and not token by token', async ({
  chat,
}) => {
  await chat.page.evaluate(() => {
    const spoken: string[] = [];
    Object.assign(window, { spoken });
    for (const region of document.querySelectorAll('[aria-live="polite"]')) {
      new MutationObserver(() => spoken.push(region.textContent)).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    }
  });
  await chat.ask('What is the capital of France?');
  await chat.answered();

  const spoken = await chat.page.evaluate(() => (window as unknown as { spoken: string[] }).spoken);
  expect(spoken[0]).toBe('Answering');
  expect(spoken.slice(1).join('')).toContain('Paris');
  expect(spoken.length).toBeLessThanOrEqual(4);
});
