import { eventuallyTrue } from '../support/host/host-processes.ts';
import { expect, test } from './desktop-test.ts';

test('the owner is asked first, and nothing computes or connects before the yes', async ({
  desktop,
}) => {
  await desktop.quieten();
  const page = await desktop.page();
  await expect(page.getByRole('heading', { name: 'Before MindMesh starts' })).toBeVisible();
  const before = await desktop.snapshot();
  expect(before).toMatchObject({ consent: 'needed', node: null });
  const tray = await desktop.tray();
  expect(tray.items[0]?.label).toBe('Not set up yet: nothing runs until you agree');
  expect(tray.items.filter(({ isEnabled }) => isEnabled).map(({ label }) => label)).toEqual(
    expect.not.arrayContaining(['Chat', 'Settings', 'Pause', 'Resume']),
  );
  const shellAlone = await desktop.processes();

  await page.getByRole('button', { name: 'Agree and start' }).click();
  await desktop.until(({ state, consent }) => state === 'running' && consent === 'given');
  const settings = await desktop.ask((connection) => connection.call('settings', {}));
  expect(settings.hosting).toBe('automatic');
  expect(settings.diskLimitGigabytes).toBeLessThanOrEqual(20);
  expect((await desktop.processes()).length).toBeGreaterThan(shellAlone.length);
  await eventuallyTrue('the tray says what goes on', async () => {
    const [line] = (await desktop.tray()).items;
    return line !== undefined && !line.label.startsWith('Not set up yet');
  });
});
