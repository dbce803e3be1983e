/** Pools in the window: two real machines and one invite, from joining to leaving. */
import type { Page } from '@playwright/test';
import { expect, test } from './pair-test.ts';

async function openPools(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('link', { name: 'Pools' }).click();
  await expect(page.getByText('This computer is in no pool', { exact: true })).toBeVisible();
}

async function makePool(page: Page, name: string): Promise<void> {
  const make = page.getByRole('region', { name: 'Make a pool' });
  await make.getByRole('textbox', { name: 'Name of the pool' }).fill(name);
  await make.getByRole('textbox', { name: 'What members call this computer' }).fill('Desk');
  await make.getByRole('button', { name: 'Make the pool' }).click();
  await expect(page.getByRole('region', { name, exact: true }).getByText('1 member')).toBeVisible();
}

async function leaveForGood(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Leave ${name}` }).click();
  const question = page.getByRole('dialog', { name: `Leave ${name}?` });
  await expect(question).toContainText('This cannot be undone.');
  await question.getByRole('button', { name: 'Leave for good' }).click();
  await expect(page.getByText('This computer is in no pool', { exact: true })).toBeVisible();
}

test('a computer joins by a pasted link, is seen, and is removed again', async ({
  page,
  pair,
  browser,
}) => {
  await openPools(page, await pair.serving.newWindowAddress());
  await makePool(page, 'Our house');
  const pool = page.getByRole('region', { name: 'Our house', exact: true });
  await pool.getByRole('button', { name: 'Invite to Our house' }).click();
  await pool.getByRole('combobox', { name: 'They join as' }).selectOption('Guest');
  await pool.getByRole('textbox', { name: 'How many can join with it' }).fill('2');
  await pool.getByRole('combobox', { name: 'It lasts' }).selectOption('1 week');
  await pool.getByRole('button', { name: 'Make an invite' }).click();
  const picture = pool.getByRole('img', { name: 'The link as a QR code' });
  await expect(picture).toBeVisible();
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  const link = await pool.getByRole('group', { name: 'Link' }).innerText();
  await expect(pool.getByText(/^Guest · 2 uses left · expires in (7 d|6 d 23 h)/)).toBeVisible();
  await pool.getByRole('button', { name: 'Done' }).click();

  const other = await (await browser.newContext()).newPage();
  await openPools(other, await pair.asking.newWindowAddress());
  const join = other.getByRole('region', { name: 'Join a pool' });
  await join.getByRole('textbox', { name: 'Invite link' }).fill(` ${link}\n`);
  await expect(join.getByText('This invites you to Our house as a guest.')).toBeVisible();
  await join.getByRole('textbox', { name: 'What members call this computer' }).fill('Laptop');
  await join.getByRole('button', { name: 'Join' }).click();
  await expect(join.getByText('You are in Our house now.')).toBeVisible();
  const joined = other.getByRole('region', { name: 'Our house', exact: true });
  await expect(joined.getByText('2 members')).toBeVisible();
  await expect(joined.getByRole('button', { name: /^Invite|^Remove/ })).toHaveCount(0);

  await expect(pool.getByText('Laptop')).toBeVisible();
  await expect(pool.getByText(/^Guest · 1 use left/)).toBeVisible();
  await pool.getByRole('button', { name: 'Remove Laptop' }).click();
  const question = page.getByRole('dialog', { name: 'Remove Laptop from Our house?' });
  await page.keyboard.press('Escape');
  await expect(question, 'Escape is no').toHaveCount(0);
  await expect(pool.getByRole('button', { name: 'Remove Laptop' })).toBeFocused();
  await expect(pool.getByText('2 members')).toBeVisible();
  await pool.getByRole('button', { name: 'Remove Laptop' }).click();
  await question.getByRole('button', { name: 'Remove' }).click();
  await expect(pool.getByText('1 member')).toBeVisible();
  await expect(joined.getByText('This computer was removed from the pool')).toBeVisible();
  await joined.getByRole('button', { name: 'Forget Our house' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await expect(other.getByText('This computer is in no pool', { exact: true })).toBeVisible();

  await leaveForGood(page, 'Our house');
  await other.context().close();
});

test('what is no invite is refused with a sentence, a closed invite lets no computer in, and a computer in no pool is told that it is alone', async ({
  page,
  pair,
  browser,
}) => {
  await openPools(page, await pair.serving.newWindowAddress());
  await makePool(page, 'Chess club');
  await page.getByRole('button', { name: 'Invite to Chess club' }).click();
  await page.getByRole('button', { name: 'Make an invite' }).click();
  const link = await page.getByRole('group', { name: 'Link' }).innerText();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: /^Close the invite/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close the invite' }).click();
  await expect(page.getByText('Open invites')).toHaveCount(0);

  const other = await (await browser.newContext()).newPage();
  await openPools(other, await pair.asking.newWindowAddress());
  const join = other.getByRole('region', { name: 'Join a pool' });
  const field = join.getByRole('textbox', { name: 'Invite link' });
  await field.fill('https://example.org/join');
  await expect(join.getByRole('alert')).toContainText('That is not an invite.');
  await expect(join.getByRole('button', { name: 'Join' })).toBeDisabled();
  await field.fill(link.slice(0, -9));
  await expect(join.getByRole('alert')).toContainText('This invite is damaged.');
  await field.fill(link);
  await join.getByRole('button', { name: 'Join' }).click();
  await expect(join.getByRole('alert')).toContainText('You cannot join Chess club.');
  await leaveForGood(page, 'Chess club');

  const alone = other.getByText('This computer talks to nobody', { exact: true });
  const poolOnly = other.getByRole('switch', { name: 'Only talk to members of your pools' });
  await poolOnly.click();
  await expect(alone).toBeVisible();
  await poolOnly.click();
  await expect(alone).toHaveCount(0);
  await other.context().close();
});
