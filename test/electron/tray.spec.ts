import { eventuallyTrue } from '../support/host/host-processes.ts';
import { expect, test } from './desktop-test.ts';

test('the tray says what goes on, and its menu pauses and resumes', async ({ desktop }) => {
  await desktop.work();
  const until = (what: string, holds: (lines: readonly string[], picture: string) => boolean) =>
    eventuallyTrue(what, async () => {
      const { items, picture } = await desktop.tray();
      return holds(
        items.map(({ label }) => label),
        picture,
      );
    });
  await until(
    'the tray shows work',
    ([line], picture) => line === 'Working for the mesh' && picture.includes('serving-on-'),
  );
  const tray = await desktop.tray();
  expect(tray.tooltip).toBe('MindMesh – Working for the mesh');
  expect(tray.items.map(({ label }) => label).filter((label) => label !== '')).toEqual([
    'Working for the mesh',
    'Today: no tokens served yet',
    'Pause',
    'For 1 hour',
    'Until tomorrow',
    'Until MindMesh restarts',
    'Until I resume',
    'Finish answers, then pause',
    'Pause while gaming',
    'Resume',
    'Chat',
    'Open MindMesh',
    'Settings',
    'View logs',
    'Quit MindMesh',
  ]);

  await desktop.click('Until I resume');
  await desktop.until(({ duty }) => duty.state === 'paused' && duty.pause === 'indefinitely');
  await until(
    'the tray shows the pause',
    ([line = ''], picture) => line.startsWith('Paused') && picture.includes('paused-on-'),
  );
  const chosen = (await desktop.tray()).items.filter(({ isChecked }) => isChecked);
  expect(chosen.map(({ label }) => label)).toEqual(['Until I resume', 'Pause while gaming']);

  await desktop.click('Resume');
  await desktop.until(({ duty }) => duty.state === 'serving' && duty.pause === null);
  await until('the tray shows work again', ([line]) => line === 'Working for the mesh');

  await desktop.click('Pause while gaming');
  await eventuallyTrue('the setting is changed', () =>
    desktop.ask(async (host) => !(await host.call('settings', {})).pauseWhileGaming),
  );
});

test('the tray opens the window at the view that was clicked', async ({ desktop }) => {
  await desktop.agree();
  const page = await desktop.page();
  for (const [label, hash] of [
    ['Settings', '#/settings'],
    ['Open MindMesh', '#/status'],
    ['Chat', '#/chat'],
  ] as const) {
    await desktop.click(label);
    await expect(page).toHaveURL(`app://mindmesh/index.html${hash}`);
  }
});

test('Quit in the tray ends everything', async ({ desktop }) => {
  await desktop.work();
  expect((await desktop.processes()).length).toBeGreaterThan(2);
  await desktop.click('Quit MindMesh');
  await desktop.ended();
  await desktop.nothingLeft();
});
