/** The machine's duty and its reasons, the readings of its sensors, and pausing it. */
import type { Page } from '@playwright/test';
import { cardWith, known } from '../support/host/duty-inputs.ts';
import { ChatPage } from '../support/window/chat-page.ts';
import { expect, shownWithin, test } from './played-test.ts';

test('a card is shown with what it does, and what is not known with its reason', async ({
  openView,
  played,
}) => {
  played.machine.tell(
    cardWith({
      utilisation: known(0.63),
      othersUtilisation: known(0),
      othersMemoryBytes: known(6 * 1024 ** 3),
      memoryBytes: known(24 * 1024 ** 3),
      temperatureCelsius: known(80),
      powerWatts: known(287),
      fanShare: {
        isKnown: false,
        reason: { code: 'failed', message: 'this card does not tell its fan' },
      },
    }),
  );
  const page = await openView('Machine');
  const card = page.getByRole('region', { name: 'RTX 4090' });
  await expect(card.getByText('80 °C · close to its ceiling of 83 °C')).toBeVisible();
  await expect(card.getByText('63 %')).toBeVisible();
  await expect(card.getByText('6 GB of 24 GB')).toBeVisible();
  await expect(card.getByText('287 W')).toBeVisible();
  await expect(card.getByText('Not known')).toBeVisible();
  await expect(card.getByText('This card does not tell its fan.')).toBeVisible();
  const computer = page.getByRole('region', { name: 'This computer' });
  await expect(computer.getByText('Last used 1 h 0 min ago')).toBeVisible();
  await expect(computer.getByText('Plugged in')).toBeVisible();

  // A change of one degree sends no snapshot.
  played.machine.tell(cardWith({ temperatureCelsius: known(61) }));
  await expect(card.getByText('61 °C · pauses from 83 °C')).toBeVisible(shownWithin);
});

test('readings are not sent to a page that is hidden, and are new when it is shown again', async ({
  page,
  openView,
  played,
}) => {
  const told: string[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => told.push(payload.toString())),
  );
  await openView('Machine');
  const card = page.getByRole('region', { name: 'RTX 4090' });
  const banner = page.getByRole('banner');
  await expect(card.getByText('40 °C · pauses from 83 °C')).toBeVisible();
  await setHidden(page, true);
  played.machine.play('Hades');
  await expect(banner.getByText('Paused')).toBeVisible(shownWithin);

  // The duty is still sent; readings would be sent along with it.
  const before = told.length;
  played.machine.endGames();
  played.machine.tell(cardWith({ temperatureCelsius: known(61) }));
  await expect(banner.getByText('Working')).toBeVisible(shownWithin);
  expect(told.slice(before).filter((text) => text.includes('"topic":"duty"'))).not.toEqual([]);
  expect(told.slice(before).filter((text) => text.includes('"topic":"facts"'))).toEqual([]);

  await setHidden(page, false);
  await expect(card.getByText('61 °C · pauses from 83 °C')).toBeVisible();
});

test('a game is named, with how the pause ends, and work goes on after it', async ({
  openView,
  played,
}) => {
  const page = await openView('Machine');
  const work = page.getByRole('region', { name: 'Work for the mesh' });
  await expect(work.getByText('Working for the mesh')).toBeVisible(shownWithin);

  played.machine.play('Cyberpunk2077.exe');
  await expect(work.getByText('Paused: Cyberpunk2077.exe is running')).toBeVisible(shownWithin);
  const reasons = work.getByRole('region', { name: 'Why it is paused' });
  await expect(reasons.getByRole('listitem')).toHaveText([
    'Cyberpunk2077.exe is running.Ends a moment after the game is closed.',
  ]);
  await expect(work.getByText('No other computer in reach can answer')).toBeVisible();
  await expect(page.getByRole('banner').getByText('Paused')).toBeVisible();

  played.machine.endGames();
  await expect(work.getByText('Working for the mesh')).toBeVisible(shownWithin);
  await expect(page.getByRole('banner').getByText('Working')).toBeVisible();
});

test('what could not be ruled out is told as such, with the way to its check', async ({
  openView,
  played,
}) => {
  played.machine.tell({
    onBattery: { isKnown: false, reason: { code: 'failed', message: 'no battery tells' } },
  });
  const page = await openView('Machine');
  await expect(page.getByText('This could not be ruled out.')).toBeVisible(shownWithin);
  await page.getByRole('region', { name: 'Why it is paused' }).getByRole('link').click();
  await page.getByRole('switch', { name: 'Pause on battery' }).click();
  await page.getByRole('link', { name: 'Machine' }).click();
  await expect(page.getByText('Working for the mesh', { exact: true })).toBeVisible(shownWithin);
});

test('pausing and resuming needs the keyboard alone', async ({ openView, played }) => {
  const page = await openView('Status');
  const { keyboard } = page;
  const work = page.getByRole('region', { name: 'Work for the mesh' });
  await expect(work.getByText('Working for the mesh', { exact: true })).toBeVisible(shownWithin);
  const pause = work.getByRole('button', { name: 'Pause', exact: true });
  await pause.focus();
  await keyboard.press('Enter');
  await expect(pause).toHaveAttribute('aria-expanded', 'true');
  await keyboard.press('Escape');
  await expect(pause).toHaveAttribute('aria-expanded', 'false');
  await expect(pause).toBeFocused();

  await keyboard.press('Enter');
  await keyboard.press('ArrowDown');
  await expect(page.locator(':focus')).toHaveText('For 1 hour');
  await keyboard.press('ArrowUp');
  await expect(page.locator(':focus')).toHaveText('Finish answers, then pause');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(
    work.getByText(/^Paused: you paused it until (?:[A-Z][a-z]+ )?\d\d:\d\d$/),
  ).toBeVisible(shownWithin);
  expect(played.host.snapshot().duty.pause).toBe('1 hour');
  await pause.click();
  await expect(work.getByRole('button', { name: 'For 1 hour' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await keyboard.press('Escape');

  const resume = work.getByRole('button', { name: 'Resume' });
  await resume.focus();
  await keyboard.press('Enter');
  await expect(work.getByText('Working for the mesh', { exact: true })).toBeVisible(shownWithin);
  await expect(resume).toHaveCount(0);
});

test('an owner who sits at the machine is still answered by it', async ({ openView, played }) => {
  played.machine.tell({ inputIdleMs: known(1000) });
  const page = await openView('Machine');
  await expect(page.getByText('Your own questions are still answered here.')).toBeVisible(
    shownWithin,
  );
  await page.getByRole('link', { name: 'Chat' }).click();
  const chat = new ChatPage(page);
  await expect(chat.model).not.toHaveValue('');
  await chat.ask('What is the capital of France?');
  await chat.answered();
  await expect(chat.answer).toContainText('Paris');
  await expect(chat.receipt).toContainText('Stayed on this computer');
});

test('during a game the chat says why no machine answers', async ({ openView, played }) => {
  played.machine.play('Hades');
  const page = await openView('Chat');
  await expect(page.getByText('Paused: Hades is running.')).toBeVisible(shownWithin);
  await expect(page.getByText('No other computer in reach can answer')).toBeVisible();
});

test('a machine that is there for this work alone says that it is not watched', async ({
  chat,
}) => {
  await chat.page.getByRole('link', { name: 'Machine' }).click();
  await expect(
    chat.page.getByRole('region', { name: 'This computer is not watched' }),
  ).toBeVisible();
});

/** Makes the page believe that its tab went into the background, or came back. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}
