/**
 * What the tests of the window share: a browser without background traffic, one host for all tests of a worker, and a
 * window that a one-time address opened. A test fails when its page throws or violates its security policy.
 */
/* oxlint-disable no-empty-pattern -- Playwright reads from the pattern which fixtures are wanted. */
import { test as base, expect } from '@playwright/test';
import { browserLaunchOptions } from '../support/window/browser.ts';
import { ChatPage } from '../support/window/chat-page.ts';
import { WindowHost } from '../support/window/window-host.ts';

export const test = base.extend<{ chat: ChatPage; pageErrors: string[] }, { host: WindowHost }>({
  launchOptions: [async ({}, use) => await use(browserLaunchOptions()), { scope: 'worker' }],
  host: [
    async ({}, use) => {
      const host = await WindowHost.start();
      await use(host);
      await host.dispose();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  pageErrors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (/violates.*content security policy/is.test(message.text())) {
          errors.push(message.text());
        }
      });
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
  chat: async ({ page, host }, use) => {
    const chat = new ChatPage(page);
    await chat.open(await host.newWindowAddress());
    await use(chat);
  },
});

export { expect };
