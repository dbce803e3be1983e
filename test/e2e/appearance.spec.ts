/** The window must be readable and complete in light and dark, wide and narrow, and without motion. */
import { faintTexts } from '../support/window/contrast.ts';
import { expect, test } from './window-test.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1100, 480]) {
    test(`is readable and whole in ${colorScheme}, ${width} pixels wide`, async ({ chat }) => {
      const { page } = chat;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 760 });
      await chat.ask('What is the capital of France?');
      await chat.answered();
      await chat.receipt.click();
      await expect(chat.answer.getByRole('rowheader')).toBeVisible();
      expect(await faintTexts(page)).toEqual([]);

      await page.getByRole('link', { name: 'Status' }).click();
      await expect(page.getByRole('region', { name: 'Layers served here' })).toBeVisible();
      expect(await faintTexts(page)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, 'nothing sticks out sideways').toBeLessThanOrEqual(0);
    });
  }
}

test('nothing moves for users who asked for less motion', async ({ chat }) => {
  await chat.page.emulateMedia({ reducedMotion: 'reduce' });

  const moving = await chat.page.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter((element) => {
        const { animationName, transitionProperty } = getComputedStyle(element);
        return animationName !== 'none' || transitionProperty !== 'none';
      }).length,
  );
  expect(moving).toBe(0);
});
