/** The owner's pages must be readable and usable for everyone: names, contrast, narrow windows. */
import { cardWith, known } from '../support/host/duty-inputs.ts';
import { faintTexts } from '../support/window/contrast.ts';
import { nameless } from '../support/window/nameless.ts';
import { expect, test } from './played-test.ts';

for (const view of ['Network', 'Pools', 'Models', 'Machine', 'Doctor', 'Settings'] as const) {
  test(`${view} is readable and whole, in light and dark, wide and narrow`, async ({
    openView,
    played,
  }) => {
    played.machine.tell({
      ...cardWith({
        name: 'NVIDIA GeForce RTX 5090 Founders Edition with a name that does not end',
        temperatureCelsius: known(90),
        fanShare: {
          isKnown: false,
          reason: { code: 'not-installed', tool: 'no_sensor'.repeat(12) },
        },
      }),
      games: known([{ name: 'A game.exe', foundBy: 'launcher folder' }]),
    });
    await played.host.call('changeSettings', {
      schedule: {
        sunday: [],
        monday: [{ from: 1320, to: 420 }],
        tuesday: [{ from: 0, to: 1440 }],
        wednesday: [],
        thursday: [],
        friday: [],
        saturday: [],
      },
      exclusiveApps: [
        'C:\\Program Files\\Something with a long name\\and another one\\program.exe',
      ],
    });
    const pool = await played.host.call('poolCreate', { name: 'A name that goes on '.repeat(3) });
    const page = await openView(view);
    if (view === 'Pools') {
      await page.getByRole('button', { name: /^Invite to/ }).click();
      await page.getByRole('button', { name: 'Make an invite' }).click();
      await expect(page.getByRole('img', { name: 'The link as a QR code' })).toBeVisible();
    }
    const last = {
      Network: 'Country that peers see',
      Pools: 'Only talk to members of your pools',
      Models: 'Limit disk space for downloaded models',
      Machine: 'Lid',
      Doctor: 'Report a problem',
      Settings: 'Port for other programs',
    }[view];
    await expect(page.getByText(last, { exact: true })).toBeVisible();
    expect(await nameless(page)).toEqual([]);
    await expect(page.getByRole('link', { name: view })).toHaveAttribute('aria-current', 'page');
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1100, 400]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 760 });
        expect(await faintTexts(page)).toEqual([]);
        const sideways = await page.evaluate(() =>
          [...document.querySelectorAll('html, main *')]
            .filter(
              (element) =>
                element.scrollWidth > element.clientWidth + 1 &&
                getComputedStyle(element).overflowX !== 'visible' &&
                !element.classList.contains('truncate') &&
                !element.matches('.sr-only, input'),
            )
            .map((element) => element.outerHTML.slice(0, 120)),
        );
        expect(sideways, `${colorScheme}, ${width} pixels wide`).toEqual([]);
      }
    }
    await played.host.call('poolLeave', { pool: pool.id, forGood: true });
  });
}

test('every stop in the settings shows its focus', async ({ openView }) => {
  const page = await openView('Settings');
  await page.getByRole('switch', { name: 'Pause while gaming' }).waitFor();
  await page.getByRole('main').focus();
  const stops: string[] = [];
  for (let stop = 0; stop < 8; stop += 1) {
    await page.keyboard.press('Tab');
    stops.push(
      await page.locator(':focus').evaluate((element) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return `${element.getAttribute('role') ?? element.localName} ${outlineStyle} ${outlineWidth}`;
      }),
    );
  }
  const ring = 'solid 2px';
  expect(stops).toEqual([
    // The test's machine waits a second and not a minute, so this button resets it to the default.
    `button ${ring}`,
    `input ${ring}`,
    `switch ${ring}`,
    `input ${ring}`,
    `button ${ring}`,
    `input ${ring}`,
    `switch ${ring}`,
    `input ${ring}`,
  ]);
});
