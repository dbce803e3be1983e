/**
 * The window of a machine that the tests simulate. All tests of a worker share one host, which is reset after each.
 */
/* oxlint-disable no-empty-pattern -- Playwright reads from the pattern which fixtures are wanted. */
import type { Page } from '@playwright/test';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { PlayedWindow } from '../support/window/played-window.ts';
import { expect, test as base } from './window-test.ts';

/** A changed duty or reading shows within a second or two; a busy machine takes longer. */
export const shownWithin = { timeout: 30_000 };

/** Names of the views on the screen. */
type ViewName =
  | 'Chat'
  | 'Status'
  | 'Network'
  | 'Pools'
  | 'Models'
  | 'Machine'
  | 'Doctor'
  | 'Settings';

/** Waits until the host has stored these settings; the screen shows a change while it is still on its way. */
export async function expectStored(
  played: PlayedWindow,
  settings: Partial<Settings>,
): Promise<void> {
  await expect.poll(() => played.host.call('settings', {})).toMatchObject(settings);
}

export const test = base.extend<
  { openView: (view: ViewName) => Promise<Page> },
  { played: PlayedWindow }
>({
  played: [
    async ({}, use) => {
      const played = await PlayedWindow.start();
      await played.host.ready;
      await use(played);
      await played.dispose();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  openView: async ({ page, played }, use) => {
    await use(async (view) => {
      await page.goto(played.newWindowAddress());
      await page.getByRole('link', { name: view }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(view);
      return page;
    });
    await played.reset();
  },
});

export { expect };
