/**
 * Takes the README's picture of the window, assets/window.png: the real window on a real host, with real answers of
 * the demo model, which is cut over two nodes. Run it after `npm run build`: node test/support/window/take-window-
 * picture.ts
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, expect } from '@playwright/test';
import { browserLaunchOptions } from './browser.ts';
import { ChatPage } from './chat-page.ts';
import { startHostPair } from '../host/host-pair.ts';

const picture = join(import.meta.dirname, '..', '..', '..', 'assets', 'window.png');
/** A README should open quickly, also on a phone. */
const mostBytes = 300 * 1024;

const hosts = await startHostPair();
const browser = await chromium.launch(browserLaunchOptions());
try {
  const page = await browser.newPage({
    viewport: { width: 1100, height: 790 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    locale: 'en',
  });
  const chat = new ChatPage(page);
  await chat.open(await hosts.asking.newWindowAddress());
  for (const question of ['What is this app?', 'What is the capital of France?']) {
    await chat.ask(question);
    await chat.answered();
    await expect(chat.receipt).toBeVisible();
  }
  await chat.receipt.click();
  await chat.question.focus();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: picture, caret: 'hide' });
} finally {
  await browser.close();
  await hosts.dispose();
}

const { size } = await stat(picture);
if (size > mostBytes) {
  throw new Error(`${picture} has ${size} bytes; the README should carry ${mostBytes} at most.`);
}
console.log(`${picture}: ${Math.round(size / 1024)} KB`);
