/** What the window does in the desktop app and not in a browser. The test simulates the app; the host is real. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { dataFolderAt } from '../../src-main/data/data-folder.ts';
import { faintTexts } from '../support/window/contrast.ts';
import { DesktopPage } from '../support/window/desktop-page.ts';
import { nameless } from '../support/window/nameless.ts';
import { PlayedWindow } from '../support/window/played-window.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { ChatPage } from '../support/window/chat-page.ts';
import { expect, expectStored, test } from './played-test.ts';

test('the desktop window answers a chat over its own link', async ({ page, played }) => {
  await DesktopPage.prepare(page);
  const chat = new ChatPage(page);
  await chat.open(played.newWindowAddress());
  await chat.ask('What is the capital of France?');
  await chat.answered();
  await expect(chat.answer).toContainText('Paris');
});

test('starting with the computer is asked for, and off until chosen', async ({ page }) => {
  const played = await PlayedWindow.start({ needsConsent: true });
  try {
    await DesktopPage.prepare(page);
    await page.goto(played.newWindowAddress());
    const start = page.getByRole('checkbox', { name: 'Start with the computer' });
    await expect(start).not.toBeChecked();
    await start.check();
    await page.getByRole('button', { name: 'Agree and start' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect(page.getByRole('switch', { name: 'Start with the computer' })).toBeChecked();
    await expectStored(played, { startAtLogin: true });
  } finally {
    await played.dispose();
  }
});

test('the first screen asks once whether MindMesh may choose models, and for a part of the disk', async ({
  page,
}) => {
  const played = await PlayedWindow.start({ needsConsent: true });
  try {
    await DesktopPage.prepare(page);
    await page.goto(played.newWindowAddress());
    const byItself = page.getByRole('checkbox', { name: 'Let MindMesh choose models to host' });
    await expect(byItself).toBeChecked();
    const limit = page.getByRole('textbox', { name: 'Disk space for models, at most' });
    const suggested = Number(await limit.inputValue());
    expect(suggested).toBeGreaterThanOrEqual(1);
    expect(suggested).toBeLessThanOrEqual(20);
    expect(await nameless(page)).toEqual([]);
    expect(await faintTexts(page)).toEqual([]);

    const agree = page.getByRole('button', { name: 'Agree and start' });
    await limit.fill('none');
    await agree.click();
    await expect(page.getByRole('alert')).toContainText('whole number');
    await expect(agree).toBeDisabled();
    expect(played.host.snapshot().consent).toBe('needed');
    await limit.fill('7');
    await limit.press('Enter');
    await agree.click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expectStored(played, { hosting: 'automatic', diskLimitGigabytes: 7 });

    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
  } finally {
    await played.dispose();
  }
});

test('an owner may leave hosting off, and is then asked for no limit', async ({ page }) => {
  const played = await PlayedWindow.start({ needsConsent: true });
  try {
    await DesktopPage.prepare(page);
    await page.goto(played.newWindowAddress());
    await page.getByRole('checkbox', { name: 'Let MindMesh choose models to host' }).uncheck();
    await expect(page.getByRole('textbox')).toHaveCount(0);
    await page.getByRole('button', { name: 'Agree and start' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expectStored(played, { hosting: 'chosen', diskLimitGigabytes: null });
  } finally {
    await played.dispose();
  }
});

test('an owner who agreed to an earlier first screen is not switched over', async ({ page }) => {
  const first = await PlayedWindow.start({ needsConsent: true });
  const { dataFolder } = first.host.snapshot();
  await first.stop();
  const database = new Database(dataFolderAt(dataFolder).database);
  database.prepare("INSERT INTO acknowledgements (name, at) VALUES ('consent 2', 1)").run();
  database.close();

  const played = await PlayedWindow.start({ needsConsent: true, dataFolder });
  try {
    await DesktopPage.prepare(page);
    await page.goto(played.newWindowAddress());
    await expect(
      page.getByRole('checkbox', { name: 'Let MindMesh choose models to host' }),
    ).not.toBeChecked();
    await page.getByRole('button', { name: 'Agree and start' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await expectStored(played, { hosting: 'chosen', diskLimitGigabytes: null });
  } finally {
    await played.dispose();
  }
});

test('an owner who does not agree can quit from there', async ({ page }) => {
  const played = await PlayedWindow.start({ needsConsent: true });
  try {
    await DesktopPage.prepare(page);
    await page.goto(played.newWindowAddress());
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('button', { name: 'Quit MindMesh' }).click();
    await played.host.stopRequested;
    expect(played.host.snapshot().consent).toBe('needed');
  } finally {
    await played.dispose();
  }
});

test('an update waits for the owner, who may put it off', async ({ page, played }) => {
  const desktop = await DesktopPage.prepare(page);
  await page.goto(played.newWindowAddress());
  await desktop.tell({ update: { state: 'ready', version: '9.1.0' } });
  await expect(page.getByText('MindMesh 9.1.0 is ready')).toBeVisible();
  await page.getByRole('button', { name: 'Restart to update' }).click();
  await expect.poll(() => desktop.done()).toEqual(['install update']);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('MindMesh 9.1.0 is ready')).toHaveCount(0);

  await page.getByRole('link', { name: 'Settings' }).click();
  const app = page.getByRole('region', { name: 'This app' });
  await expect(app.getByText('An update is ready.')).toBeVisible();
  await app.getByRole('button', { name: 'Show logs' }).click();
  await expect.poll(() => desktop.done()).toEqual(['install update', 'open logs']);
});

test('the tray and links lead to a view, each time they are asked', async ({ page, played }) => {
  const desktop = await DesktopPage.prepare(page);
  await page.goto(played.newWindowAddress());
  const title = page.getByRole('heading', { level: 1 });
  await desktop.tell({ view: 'settings', request: 1 });
  await expect(title).toHaveText('Settings');
  await page.getByRole('link', { name: 'Machine' }).click();
  await expect(title).toHaveText('Machine');
  await desktop.tell({ hasTray: false });
  await expect(title).toHaveText('Machine');
  await desktop.tell({ request: 2 });
  await expect(title).toHaveText('Settings');
  await desktop.tell({ view: null, deepLink: { kind: 'chat' }, request: 3 });
  await expect(title).toHaveText('Chat');

  await desktop.tell({ deepLink: { kind: 'join', invite: 'AAAA' }, request: 4 });
  await expect(title).toHaveText('Pools');
  const link = page.getByRole('textbox', { name: 'Invite link' });
  await expect(link).toHaveValue('mindmesh://join/AAAA');
  await expect(page.getByRole('alert')).toContainText('This invite is damaged.');
  await expect(page.getByRole('button', { name: 'Join', exact: true })).toBeDisabled();
});

test('a model file is added with the system’s own dialog', async ({ page, played }, testInfo) => {
  const desktop = await DesktopPage.prepare(page);
  await page.goto(played.newWindowAddress());
  await page.getByRole('link', { name: 'Models' }).click();
  const models = page.getByRole('region', { name: 'Models in reach' });
  const add = models.getByRole('button', { name: 'Add a model file…' });
  await add.click();
  await expect(add, 'no file was chosen').toBeEnabled();
  await expect(models.getByRole('alert')).toHaveCount(0);

  await desktop.choose(testInfo.outputPath('missing.gguf'));
  await add.click();
  await expect(models.getByRole('alert')).toContainText('The file could not be added.');

  const path = join(testInfo.outputDir, 'random.gguf');
  await writeRandomModel(path, smallModel);
  await desktop.choose(path);
  await add.click();
  await expect(models.getByRole('heading', { name: smallModel.name })).toBeVisible();
  await played.host.call('removeModel', { model: smallModel.name });
});

test('a browser shows nothing that only the desktop app can do', async ({ openView }) => {
  const page = await openView('Settings');
  await expect(page.getByRole('region', { name: 'Privacy' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'This app' })).toHaveCount(0);
});
