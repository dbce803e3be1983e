/**
 * Stopping needs an answer that does not end by itself: a model with random weights generates nonsense up to its
 * limit, slowly enough for a test. This file has a host of its own that serves it.
 */
/* oxlint-disable no-empty-pattern -- Playwright reads from the pattern which fixtures are wanted. */
import { join } from 'node:path';
import { changeWords } from '../support/window/changed-words.ts';
import { ChatPage } from '../support/window/chat-page.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { WindowHost } from '../support/window/window-host.ts';
import { expect, test as base } from './window-test.ts';

const babbler = {
  ...smallModel,
  name: 'Babbler',
  layers: 6,
  width: 512,
  heads: 8,
  kvHeads: 4,
  feedForward: 1536,
  contextLength: 8192,
  type: 'Q8_0',
} as const;

const test = base.extend<{ babble: ChatPage }, { babblingHost: WindowHost }>({
  babblingHost: [
    async ({}, use) => {
      const host = await WindowHost.start('--no-shards');
      const path = join(host.dataFolder, 'babbler.gguf');
      await writeRandomModel(path, babbler);
      await host.ask(async (connection) => {
        await connection.call('importModel', { path });
        await connection.call('changeSettings', { shards: [{ model: babbler.name }] });
      });
      await use(host);
      await host.dispose();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  babble: async ({ page, babblingHost }, use) => {
    const chat = new ChatPage(page);
    await chat.open(await babblingHost.newWindowAddress());
    await use(chat);
  },
});

/** Waits until the host works on nothing, which shows that the stop has reached the engine. */
async function becomesIdle(host: WindowHost): Promise<void> {
  await expect
    .poll(() =>
      host.ask(async (connection) => {
        const { node } = connection.snapshot();
        return [node?.requests.active, ...(node?.shards ?? []).map(({ sessions }) => sessions)];
      }),
    )
    .toEqual([0, 0]);
}

test('the stop button ends an answer on all stages and keeps what had come', async ({
  babble,
  babblingHost,
}) => {
  await babble.ask('Tell me everything.');
  await expect(babble.answer.locator('.markdown')).toHaveText(/\S/);

  await babble.stop.click();

  await expect(babble.answer.getByText('Stopped.')).toBeVisible();
  await expect(babble.send).toBeVisible();
  await expect(babble.question).toBeFocused();
  const before = await babble.answer.locator('.markdown').innerText();
  await becomesIdle(babblingHost);
  expect(await babble.answer.locator('.markdown').innerText()).toBe(before);
});

test('Esc stops an answer, and the next question is answered', async ({ babble, babblingHost }) => {
  await babble.ask('Tell me everything.');
  await expect(babble.answer.locator('.markdown')).toHaveText(/\S/);

  await babble.page.keyboard.press('Escape');
  await expect(babble.answer.getByText('Stopped.')).toBeVisible();
  await becomesIdle(babblingHost);

  await babble.ask('And now?');
  await expect(babble.answers).toHaveCount(2);
  await expect(babble.answer.locator('.markdown')).toHaveText(/\S/);
  await babble.stop.click();
});

test('a question typed while an answer streams is kept, and not sent', async ({ babble }) => {
  await babble.ask('Tell me everything.');
  await expect(babble.stop).toBeVisible();

  await babble.ask('Something else?');

  await expect(babble.answers).toHaveCount(1);
  await expect(babble.question).toHaveValue('Something else?');
  await babble.stop.click();
});

test('a reader who scrolls up is left alone, and finds the way back down', async ({
  babble,
  babblingHost,
}) => {
  await changeWords(babble.page, (text) => `${text}\n\n`);
  await babble.open(babblingHost.address);
  await babble.page.setViewportSize({ width: 1100, height: 400 });
  await babble.ask('Tell me everything.');
  const conversation = babble.page.getByRole('region', { name: 'Conversation' });
  const scrolled = (): Promise<number> =>
    conversation.evaluate(({ scrollTop, scrollHeight, clientHeight }) =>
      Math.round(scrollHeight - scrollTop - clientHeight),
    );
  await expect
    .poll(() => conversation.evaluate((element) => element.scrollTop), 'the end is followed')
    .toBeGreaterThan(80);

  await conversation.evaluate((element) => element.scrollTo({ top: 0 }));
  const toLatest = babble.page.getByRole('button', { name: 'Jump to the end' });
  await expect(toLatest).toBeVisible();
  await expect.poll(scrolled).toBeGreaterThan(80);
  expect(await conversation.evaluate((element) => element.scrollTop)).toBe(0);

  await toLatest.click();
  await expect.poll(scrolled).toBeLessThan(48);
  await babble.stop.click();
});

test('a reader who scrolls up in the very frame that words come in is left alone, too', async ({
  babble,
  babblingHost,
}) => {
  // The first piece alone is longer than the window, so that following the end means a long way at once.
  await changeWords(babble.page, (text, index) =>
    index === 0 ? 'Everything.\n\n'.repeat(60) : `${text}\n\n`,
  );
  await babble.open(babblingHost.address);
  await babble.page.setViewportSize({ width: 1100, height: 400 });
  const conversation = babble.page.getByRole('region', { name: 'Conversation' });
  await conversation.evaluate((element) => {
    // This runs after the window's own observer has moved the view, and before the scroll event.
    const reader = new ResizeObserver(() => {
      if (element.scrollTop > 80) {
        reader.disconnect();
        element.scrollTo({ top: 0 });
        element.dataset['isScrolledUp'] = 'true';
      }
    });
    for (const content of element.children) {
      reader.observe(content);
    }
  });

  await babble.ask('Tell me everything.');
  await expect(conversation).toHaveAttribute('data-is-scrolled-up', 'true');

  await expect(babble.page.getByRole('button', { name: 'Jump to the end' })).toBeVisible();
  expect(await conversation.evaluate((element) => element.scrollTop)).toBe(0);
  await babble.stop.click();
});

test('the picker offers only models that can answer', async ({ babble }) => {
  const demo = babble.model.getByRole('option', { name: /MindMesh Demo/ });

  await expect(demo, 'nobody serves the demo model here').toBeDisabled();
  await expect(demo).toContainText('not all layers in reach');
  await expect(babble.model.getByRole('option', { name: babbler.name })).toBeEnabled();
});
