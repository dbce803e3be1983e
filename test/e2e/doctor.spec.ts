/** What the machine has and does, for an owner who wants to know why it does not serve. */
import { known } from '../support/host/duty-inputs.ts';
import { cardWith } from '../support/host/duty-inputs.ts';
import { expect, shownWithin, test } from './played-test.ts';

test('everything is found by topic, and the report to copy has no names', async ({
  openView,
  played,
}) => {
  played.machine.tell(cardWith({ memoryBytes: known(24 * 1024 ** 3) }));
  await expect
    .poll(() => played.host.snapshot().node?.shards[0]?.state, shownWithin)
    .toBe('serving');
  const page = await openView('Doctor');
  await expect(page.getByRole('status').getByText(/problem.*note/)).toBeVisible(shownWithin);
  const cards = page.getByRole('region', { name: 'Graphics cards' });
  await expect(cards.getByText('The processor computes, as you set.')).toBeVisible();
  await expect(
    cards.getByText(/^RTX 4090 .*: not used, as the processor computes\./),
  ).toBeVisible();
  const models = page.getByRole('region', { name: 'Models' });
  await expect(models.getByText(/^MindMesh Demo, layers 0–5 of 6: loaded\./)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Speed' })).toHaveCount(0);
  for (const name of ['Ports', 'Reach', 'Disk and memory', 'Versions']) {
    await expect(page.getByRole('region', { name })).toBeVisible();
  }

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy the report' }).click();
  await expect(
    page.getByRole('region', { name: 'Report a problem' }).getByText('Copied'),
  ).toBeVisible();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(report)).toMatchObject({ format: 1 });
  expect(report).not.toContain(played.host.snapshot().dataFolder);
});

test('the speed is measured on a button, and refused during a game', async ({
  openView,
  played,
}) => {
  const page = await openView('Doctor');
  const measure = page.getByRole('button', { name: 'Measure the speed' });
  const speed = page.getByRole('region', { name: 'Speed' });
  await measure.click();
  await expect(speed.getByText(/^MindMesh Demo reads [\d,.]+ tokens\/s/)).toBeVisible(shownWithin);

  played.machine.play('Hades');
  await expect(page.getByRole('banner').getByText('Paused')).toBeVisible(shownWithin);
  await measure.click();
  await expect(speed.getByText(/Paused: Hades is running\.$/)).toBeVisible(shownWithin);
  const work = page.getByRole('region', { name: 'Work for the mesh' });
  await expect(work.getByText('Ends a moment after the game is closed.')).toBeVisible();

  played.machine.endGames();
  await expect(page.getByRole('banner').getByText('Working')).toBeVisible(shownWithin);
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(work.getByText('Working for the mesh.', { exact: true })).toBeVisible(shownWithin);
});
