/**
 * The window of a machine that has half of a model; a peer has the other half. All tests of a worker share one pair.
 */
/* oxlint-disable no-empty-pattern -- Playwright reads from the pattern which fixtures are wanted. */
import { ChatPage } from '../support/window/chat-page.ts';
import { type HostPair, startHostPair } from '../support/host/host-pair.ts';
import { expect, test as base } from './window-test.ts';

export const test = base.extend<{ shared: ChatPage }, { pair: HostPair }>({
  pair: [
    async ({}, use) => {
      const pair = await startHostPair();
      await use(pair);
      await pair.dispose();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  shared: async ({ page, pair }, use) => {
    const chat = new ChatPage(page);
    await chat.open(await pair.asking.newWindowAddress());
    await use(chat);
  },
});

export { expect };
