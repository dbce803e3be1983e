import { expect, test } from './window-test.ts';

test('everything is done with the keyboard alone', async ({ chat }) => {
  const { keyboard } = chat.page;
  await expect(chat.question, 'typing can begin at once').toBeFocused();

  await keyboard.type('What is the');
  await keyboard.press('Shift+Enter');
  await keyboard.type('capital of France?');
  await expect(chat.question).toHaveValue('What is the\ncapital of France?');
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type('What is the capital of France?');
  await keyboard.press('Enter');
  await chat.answered();
  await expect(chat.question).toBeFocused();
  await expect(chat.question).toHaveValue('');

  // From the question back to the receipt of the answer above it.
  await keyboard.press('Shift+Tab');
  await expect(chat.receipt).toBeFocused();
  await keyboard.press('Enter');
  await expect(chat.receipt).toHaveAttribute('aria-expanded', 'true');
});

test('every stop has a name and shows its focus, up to the way past the navigation', async ({
  chat,
}) => {
  const { page } = chat;
  await expect(chat.question).toBeFocused();

  const stops: string[] = [];
  for (let stop = 0; stop < 13; stop += 1) {
    await page.keyboard.press('Shift+Tab');
    const focused = page.locator(':focus');
    stops.push(await focused.innerText());
    const ring = await focused.evaluate((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return `${outlineStyle} ${outlineWidth}`;
    });
    expect(ring, `${stops.at(-1)} shows its focus`).toBe('solid 2px');
  }
  expect(stops).toEqual([
    'What is the capital of France?',
    'How do I pause it?',
    'What is this app?',
    'Settings',
    'Doctor',
    'Machine',
    'Models',
    'Pools',
    'Network',
    'Status',
    'Chat',
    'New chat',
    'Skip to content',
  ]);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});
