import type { Page } from '@playwright/test';
import { ChatPage } from '../support/window/chat-page.ts';
import type { DesktopApp } from '../support/window/desktop-app.ts';
import { descendantsOf } from '../support/host/process-children.ts';
import { eventually, eventuallyTrue } from '../support/host/host-processes.ts';
import { expect, test } from './desktop-test.ts';

/** Closes the window as its owner would. */
async function close(desktop: DesktopApp): Promise<void> {
  await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
}

function isVisible(desktop: DesktopApp): Promise<boolean> {
  return desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().some((window) => window.isVisible()),
  );
}

/** Counts the host's messages to the window from now on. */
async function countSentTexts(desktop: DesktopApp): Promise<() => Promise<number>> {
  await desktop.app.evaluate(({ webContents }) => {
    Object.assign(globalThis, { sentTexts: 0 });
    for (const contents of webContents.getAllWebContents()) {
      const send = contents.send.bind(contents);
      contents.send = (channel, ...payload: unknown[]) => {
        if (channel === 'mindmesh:text') {
          (globalThis as unknown as { sentTexts: number }).sentTexts += 1;
        }
        send(channel, ...payload);
      };
    }
  });
  return () =>
    desktop.app.evaluate(() => (globalThis as unknown as { sentTexts: number }).sentTexts);
}

async function chatIn(page: Page): Promise<ChatPage> {
  const chat = new ChatPage(page);
  await expect(chat.model).not.toHaveValue('', { timeout: 40_000 });
  return chat;
}

test('the window answers a question, and shows the answer to no other client', async ({
  desktop,
}) => {
  await desktop.agree();
  const chat = await chatIn(await desktop.page());
  await chat.ask('What is MindMesh?');
  await chat.answered();
  await expect(chat.answer).toContainText(/\w{3,}/);
  await expect(chat.receipt).toBeVisible();
});

test('closing the window leaves the app in the tray, where it is found again', async ({
  desktop,
}) => {
  await desktop.agree();
  const page = await desktop.page();
  const chat = await chatIn(page);
  await chat.question.fill('A question half written');
  await desktop.app.evaluate(({ Notification }) => {
    const shown: string[] = [];
    Object.assign(globalThis, { notices: shown });
    Notification.isSupported = () => true;
    Notification.prototype.show = function show() {
      shown.push(this.title);
    };
  });
  const notices = () =>
    desktop.app.evaluate(() => (globalThis as unknown as { notices: string[] }).notices);

  await close(desktop);
  await eventuallyTrue('the window is hidden', async () => !(await isVisible(desktop)));
  expect(await notices()).toEqual(['MindMesh is still running']);
  expect(await desktop.snapshot()).toMatchObject({ state: 'running' });
  const told = await countSentTexts(desktop);
  await desktop.quieten({ powerCapPercent: 90 });
  await desktop.until(() => true);
  expect(await told()).toBe(0);

  await desktop.click('Open MindMesh');
  await eventuallyTrue('the window is back', () => isVisible(desktop));
  await desktop.click('Chat');
  await expect(chat.question).toHaveValue('A question half written');
  await eventuallyTrue('the window is told again', async () => (await told()) > 0);

  await close(desktop);
  await eventuallyTrue('the window is hidden', async () => !(await isVisible(desktop)));
  expect(await notices()).toHaveLength(1);
});

test('a page that crashes is loaded anew', async ({ desktop }) => {
  await desktop.agree();
  await desktop.page();
  await desktop.app.evaluate(({ webContents }) => {
    const [contents] = webContents.getAllWebContents();
    contents?.once('render-process-gone', () => {
      contents.once('did-finish-load', () => {
        Object.assign(globalThis, { addressAfterCrash: contents.getURL() });
      });
    });
    contents?.forcefullyCrashRenderer();
  });
  const address = await eventually('the page is there again', () =>
    desktop.app.evaluate(
      () => (globalThis as unknown as { addressAfterCrash?: string }).addressAfterCrash,
    ),
  );
  expect(address).toMatch(/^app:\/\/mindmesh\/index\.html/);
});

test('the node process crashes, and the window goes on with the next one', async ({ desktop }) => {
  await desktop.work();
  const chat = await chatIn(await desktop.page());
  const nodePid = async (): Promise<number | undefined> => {
    const { node } = await desktop.snapshot();
    const engines = new Set(node?.shards.map(({ pid }) => pid));
    for (const pid of await descendantsOf(desktop.pid)) {
      if ((await descendantsOf(pid)).some((child) => engines.has(child))) {
        return pid;
      }
    }
    return undefined;
  };
  const first = await eventually('the node has an engine', nodePid);
  process.kill(first, 'SIGKILL');
  const second = await eventually(
    'another node has one',
    async () => {
      const pid = await nodePid().catch(() => undefined);
      return pid === first ? undefined : pid;
    },
    40_000,
  );
  expect(second).not.toBe(first);
  await chat.question.fill('What is MindMesh?');
  // The button is enabled as soon as the window knows the new node.
  await expect(chat.send).toBeEnabled();
  await chat.send.click();
  await chat.answered();
  await expect(chat.receipt).toBeVisible();
});
