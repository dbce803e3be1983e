/** Text of a model, or of the user, that tries to be more than text. */
import type { Page } from '@playwright/test';
import { changeWords } from '../support/window/changed-words.ts';
import { expect, test } from './window-test.ts';

const hostile = [
  'Hello <img src="x" onerror="document.title=\'broken\'"> <script>document.title="broken"</script>',
  '<iframe src="/"></iframe><style>body{display:none}</style>',
  '[click](javascript:document.title="broken") [data](data:text/html,hi) [inside](/host)',
  '![picture](/picture-of-the-model.png)',
  '[good](https://example.org/path)',
].join('\n\n');

/** Puts `words` in the place of everything that the model says. */
async function makeModelSay(page: Page, words: string): Promise<void> {
  await changeWords(page, (_text, index) => (index === 0 ? words : ''));
}

test('HTML and scripts in an answer are text, and nothing is loaded', async ({
  page,
  host,
  chat,
}) => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await makeModelSay(page, hostile);
  await chat.open(host.address);
  await chat.ask('Hi');
  await chat.answered();

  await expect(chat.answer).toContainText('<img src="x"');
  await expect(chat.answer).toContainText('<script>document.title="broken"</script>');
  await expect(chat.answer.locator('.markdown :is(img, script, iframe, style)')).toHaveCount(0);
  await expect(page).toHaveTitle('MindMesh');
  expect(requests.filter((url) => /picture-of-the-model|example\.org/.test(url))).toEqual([]);
});

test('only links to the web or to mail are links, and they learn nothing', async ({
  page,
  host,
  chat,
}) => {
  await makeModelSay(page, hostile);
  await chat.open(host.address);
  await chat.ask('Hi');
  await chat.answered();

  const links = chat.answer.getByRole('link');
  await expect(links).toHaveCount(1);
  await expect(links).toHaveAttribute('href', 'https://example.org/path');
  await expect(links).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(links).toHaveAttribute('target', '_blank');
});

test('what the person typed is shown exactly as typed', async ({ chat }) => {
  const typed = '<b>bold</b> **not bold** <img src=x onerror=alert(1)> &amp;';
  await chat.ask(typed);
  await chat.answered();

  await expect(chat.page.getByText(typed, { exact: true })).toBeVisible();
});

test('Markdown in an answer is shown as what it means, code with a way to copy it', async ({
  page,
  host,
  chat,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await makeModelSay(page, '## Title\n\n- one\n- two\n\n```js\nconst a = "<b>";\n```\n');
  await chat.open(host.address);
  await chat.ask('Hi');
  await chat.answered();

  await expect(chat.answer.getByRole('heading', { name: 'Title' })).toBeVisible();
  await expect(chat.answer.getByRole('listitem')).toHaveText(['one', 'two']);
  await chat.answer.getByRole('button', { name: 'Copy code' }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toBe('const a = "<b>";');
});
