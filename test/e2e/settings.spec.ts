/** The owner's settings: each is stored at once, or refused with a sentence. */
import { kindOf } from '../../src-shared/settings/kinds.ts';
import { type SettingName, type Settings, settingsOf } from '../../src-shared/settings/settings.ts';
import { expect, expectStored, test } from './played-test.ts';

test('a change is kept at once, and is there after a reload', async ({ openView, played }) => {
  const page = await openView('Settings');
  const minutes = page.getByRole('textbox', {
    name: 'Work only after the computer was left alone',
  });
  await expect(minutes).toHaveValue('5');
  await minutes.fill('12');
  await minutes.press('Enter');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(page.getByText('Default: 5 minutes')).toBeVisible();
  await page.getByRole('switch', { name: 'Pause on battery' }).click();
  await page.getByRole('switch', { name: 'Pause when other programs use a graphics card' }).click();
  await page.getByRole('switch', { name: 'Limit uploads' }).click();
  await expect(page.getByRole('textbox', { name: 'Limit uploads: how much' })).toHaveValue('1000');

  await page.reload();
  await expect(minutes).toHaveValue('12');
  await expect(page.getByRole('switch', { name: 'Pause on battery' })).not.toBeChecked();
  await expectStored(played, {
    idleMinutes: 12,
    onBattery: 'work',
    pauseOnGpuLoadPercent: null,
    uploadLimitKilobytesPerSecond: 1000,
  });
});

test('a number out of its bounds is refused with a sentence, and is not sent', async ({
  openView,
  played,
}) => {
  const page = await openView('Settings');
  const cap = page.getByRole('textbox', { name: 'Power cap' });
  await cap.fill('5');
  await cap.blur();
  await expect(page.getByRole('alert')).toHaveText('Enter a whole number from 10 to 100.');
  await expect(cap).toHaveAttribute('aria-invalid', 'true');
  await expect(cap).toHaveAccessibleDescription(/Enter a whole number from 10 to 100\./);
  expect(await played.host.call('settings', {})).toMatchObject({ powerCapPercent: 100 });

  await cap.press('Escape');
  await expect(cap).toHaveValue('100');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a change that the host could not store goes back, with the host’s sentence', async ({
  openView,
  page,
}) => {
  const sentence = 'The setting could not be written: the disk is full.';
  await page.routeWebSocket(/\/host$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { id, method } = JSON.parse(String(text)) as { id: number; method: string };
      if (method === 'changeSettings') {
        const error = { code: 'data-folder-unusable', message: sentence };
        socket.send(JSON.stringify({ type: 'error', id, error }));
      } else {
        server.send(text);
      }
    });
  });
  await openView('Settings');
  const gaming = page.getByRole('switch', { name: 'Pause while gaming' });
  await gaming.click();
  await expect(page.getByRole('alert')).toHaveText(sentence);
  await expect(gaming).toBeChecked();
});

test('a refusal stays while the host’s reply to the change before it arrives', async ({
  openView,
  page,
}) => {
  let sendReply: (() => void) | undefined;
  await page.routeWebSocket(/\/host$/, (socket) => {
    const server = socket.connectToServer();
    let change: number | undefined;
    socket.onMessage((sent) => {
      const { id, method } = JSON.parse(String(sent)) as { id: number; method: string };
      change = method === 'changeSettings' ? id : change;
      server.send(sent);
    });
    server.onMessage((reply) => {
      const { id } = JSON.parse(String(reply)) as { id?: number };
      if (id !== undefined && id === change) {
        sendReply = () => socket.send(reply);
      } else {
        socket.send(reply);
      }
    });
  });
  await openView('Settings');
  const input = page.getByRole('textbox', { name: 'Exclusive programs' });
  await input.fill('blender');
  await input.press('Enter');
  await input.fill('BLENDER');
  await input.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('That one is in the list already.');
  await expect.poll(() => sendReply).toBeDefined();
  sendReply?.();
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      }),
  );
  await expect(page.getByRole('alert')).toHaveText('That one is in the list already.');
});

test('what another window or the command line changes appears by itself', async ({
  openView,
  played,
}) => {
  const page = await openView('Settings');
  const awake = page.getByRole('switch', { name: 'Keep the computer awake while it works' });
  await expect(awake).not.toBeChecked();
  await played.host.call('changeSettings', { keepAwake: true, powerCapPercent: 70 });
  await expect(awake).toBeChecked();
  await expect(page.getByRole('textbox', { name: 'Power cap' })).toHaveValue('70');
});

test('a group goes back to its defaults, and back from there', async ({ openView, played }) => {
  await played.host.call('changeSettings', { powerCapPercent: 40, keepAwake: true });
  const page = await openView('Settings');
  const group = page.getByRole('region', { name: 'How much' });
  const cap = group.getByRole('textbox', { name: 'Power cap' });
  await expect(cap).toHaveValue('40');
  await group.getByRole('button', { name: 'Reset “How much” to defaults' }).click();
  await expect(cap).toHaveValue('100');
  await expectStored(played, { keepAwake: false });
  await group.getByRole('button', { name: 'Undo the reset of “How much”' }).click();
  await expect(cap).toHaveValue('40');
  await expectStored(played, { keepAwake: true });
});

test('exclusive programs are added and taken away with the keyboard', async ({
  openView,
  played,
}) => {
  const page = await openView('Settings');
  const { keyboard } = page;
  const input = page.getByRole('textbox', { name: 'Exclusive programs' });
  const list = page.getByRole('list', { name: 'Exclusive programs' });
  await input.focus();
  await keyboard.type('blender');
  await keyboard.press('Enter');
  await expect(list.getByRole('listitem')).toHaveText(['blender']);
  await keyboard.type('BLENDER');
  await keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('That one is in the list already.');
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type('gimp');
  await keyboard.press('Enter');
  await expect(list.getByRole('listitem')).toHaveText(['blender', 'gimp']);
  await expectStored(played, { exclusiveApps: ['blender', 'gimp'] });

  await page.getByRole('button', { name: 'Remove blender' }).focus();
  await keyboard.press('Enter');
  await expect(list.getByRole('listitem')).toHaveText(['gimp']);
  await expect(input).toBeFocused();
});

test('the hours of the week are edited day by day', async ({ openView, played }) => {
  const page = await openView('Settings');
  const schedule = async () => (await played.host.call('settings', {})).schedule;
  await page.getByRole('radio', { name: 'Only in these hours' }).check();
  const monday = page.getByRole('listitem', { name: 'Monday' });
  await expect(monday.getByLabel('Monday, span 1: from')).toHaveValue('22:00');

  await monday.getByLabel('Monday, span 1: from').fill('20:30');
  await monday.getByLabel('Monday, span 1: until').fill('00:00');
  await monday.getByLabel('Monday, span 1: until').blur();
  await page.getByRole('button', { name: 'Add hours on Monday' }).click();
  await page.getByRole('button', { name: 'Remove span 1 of Tuesday' }).click();
  await expect(page.getByRole('listitem', { name: 'Tuesday' })).toContainText('Paused all day');
  await expect.poll(schedule).toMatchObject({
    monday: [
      { from: 1230, to: 1440 },
      { from: 540, to: 720 },
    ],
    tuesday: [],
  });

  await page.reload();
  await expect(monday.getByLabel('Monday, span 1: until')).toHaveValue('00:00');
  await monday.getByLabel('Monday, span 2: until').fill('09:00');
  await monday.getByLabel('Monday, span 2: until').blur();
  await expect(monday.getByRole('alert')).toHaveText(
    'Enter a time, and another one at which it ends.',
  );
  await page.getByRole('button', { name: 'Remove span 2 of Monday' }).click();
  await page.getByRole('button', { name: 'Use the hours of Monday on every day' }).click();
  await expect.poll(schedule).toMatchObject({
    monday: [{ from: 1230, to: 1440 }],
    sunday: [{ from: 1230, to: 1440 }],
  });

  await page.getByRole('radio', { name: 'At any time' }).check();
  await expect.poll(schedule).toBeNull();
});

test('a single card is left alone, or gets a ceiling of its own', async ({ openView, played }) => {
  const page = await openView('Settings');
  await page.getByRole('switch', { name: 'A ceiling of its own for RTX 4090' }).click();
  const ceiling = page.getByRole('textbox', {
    name: 'A ceiling of its own for RTX 4090: how much',
  });
  await expect(ceiling).toHaveValue('83');
  await ceiling.fill('70');
  await ceiling.press('Enter');
  await page.getByRole('switch', { name: 'Use RTX 4090' }).click();
  await expect(ceiling).toHaveCount(0);
  await expectStored(played, {
    cards: { 'GPU-1': { isUsed: false, temperatureCeilingCelsius: 70 } },
  });
});

test('every setting of the page has its controls', async ({ openView, played }) => {
  const settings = await played.host.call('settings', {});
  const page = await openView('Settings');
  await page.getByRole('switch', { name: 'Limit downloads' }).waitFor();
  const controls = page.getByRole('main').locator('input:not([type="radio"]):not([type="time"])');
  const names = (['when', 'much', 'traffic', 'asking', 'programs', 'engine'] as const).flatMap(
    (group) => settingsOf(group),
  );
  const expected = names
    .map((name) => controlsOf(name, settings))
    .reduce((sum, number) => sum + number, 0);
  await expect(controls).toHaveCount(expected);
});

/** A limit is a switch, and a number when it is on; a schedule that is off has only its radio buttons. */
function controlsOf(name: SettingName, settings: Settings): number {
  const { kind } = kindOf(name);
  if (kind === 'own') {
    // The one card has two switches.
    return name === 'cards' ? 2 : 0;
  }
  return kind === 'limit' && settings[name] !== null ? 2 : 1;
}
