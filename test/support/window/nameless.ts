/** Obstacles for screen readers: controls and pictures without a name, and ids that occur twice. */
import type { Page } from '@playwright/test';

const needsName =
  /^- (button|link|textbox|combobox|img|progressbar|region|group|switch|checkbox|radio)(?! ")/;

/** Regions that are announced by themselves need no name. */
const speaking = '[role="status"], [role="alert"]';

export async function nameless(page: Page): Promise<string[]> {
  const found = await page
    .locator('button, a, input, select, textarea, img, progress, fieldset, [role]')
    .and(page.locator(`:not(${speaking})`))
    .all();
  const problems: string[] = [];
  for (const element of found) {
    const snapshot = await element.ariaSnapshot();
    if (needsName.test(snapshot)) {
      problems.push(snapshot.split('\n')[0] ?? '');
    }
  }
  const ids = await page.locator('[id]').evaluateAll((all) => all.map((element) => element.id));
  return [...problems, ...ids.filter((id, index) => ids.indexOf(id) !== index)];
}
