/** The first start: nothing runs before the owner has agreed. Each test has a host of its own. */
import { warningWords } from '../../src-shared/words/words.ts';
import Database from 'better-sqlite3';
import { dataFolderAt } from '../../src-main/data/data-folder.ts';
import { ChatPage } from '../support/window/chat-page.ts';
import { faintTexts } from '../support/window/contrast.ts';
import { nameless } from '../support/window/nameless.ts';
import { PlayedWindow } from '../support/window/played-window.ts';
import { expect, test } from './window-test.ts';

test('nothing runs before the owner has agreed, and the chat works after it', async ({ page }) => {
  const played = await PlayedWindow.start({ needsConsent: true });
  try {
    await page.goto(played.newWindowAddress());
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Before MindMesh starts');
    for (const part of ['What runs', 'When', 'What it costs in power', 'What others can see']) {
      await expect(page.getByRole('heading', { name: part, exact: true })).toBeVisible();
    }
    await expect(page.getByRole('navigation')).toHaveCount(0);
    expect(await nameless(page)).toEqual([]);

    await page.getByRole('button', { name: 'Not now' }).click();
    await expect(page.getByRole('heading', { name: 'Nothing runs' })).toBeFocused();
    await page.getByRole('button', { name: 'Read it again' }).click();
    expect(played.host.snapshot()).toMatchObject({ consent: 'needed', node: null });
    expect(played.machine.isWatched).toBe(false);

    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Agree and start' })).toBeFocused();
    await page.keyboard.press('Enter');
    const chat = new ChatPage(page);
    await expect(chat.model).not.toHaveValue('', { timeout: 40_000 });
    await chat.ask('What is the capital of France?');
    await chat.answered();
    await expect(chat.answer).toContainText('Paris');

    await page.reload();
    await expect(chat.question).toBeVisible();
  } finally {
    await played.dispose();
  }
});

test('the first screen is readable and whole, in light and dark, wide and narrow', async ({
  page,
}) => {
  const played = await PlayedWindow.start({ needsConsent: true });
  try {
    await page.goto(played.newWindowAddress());
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1100, 400]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 760 });
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        expect(await faintTexts(page)).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, 'nothing sticks out sideways').toBeLessThanOrEqual(0);
      }
    }
  } finally {
    await played.dispose();
  }
});

test('what the host warns of is shown until it is dismissed', async ({ page }) => {
  const first = await PlayedWindow.start();
  const { dataFolder } = first.host.snapshot();
  await first.stop();
  const database = new Database(dataFolderAt(dataFolder).database);
  database.prepare("INSERT INTO settings (name, value) VALUES ('idleMinutes', '\"never\"')").run();
  database.close();

  const played = await PlayedWindow.start({ dataFolder });
  try {
    const [warning = 'none'] = played.host.snapshot().warnings.map(warningWords);
    expect(warning).toContain('“Work only after the computer was left alone”');
    await page.goto(played.newWindowAddress());
    await expect(page.getByText(warning)).toBeVisible();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(page.getByText(warning)).toHaveCount(0);
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect(page.getByText(warning)).toHaveCount(0);
  } finally {
    await played.dispose();
  }
});
