/**
 * Draws the tray's pictures, assets/tray/rendered, from the four sources in assets/tray. A source is drawn in the
 * colours of whatever it is to stand on. Run it after changing a source: node tools/render-icons.ts
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { trayPictureEdges, trayStates } from '../src-main/electron/tray-state.ts';
import { browserLaunchOptions } from '../test/support/window/browser.ts';

type Look = {
  /** Behind the name of the state. */
  readonly suffix: string;
  /** Values of `color`, `--accent` and `--fault`, after the window's own. */
  readonly style: string;
};

const onLight: Look = {
  suffix: '-on-light',
  style: 'color: #16211e; --accent: #0b6b60; --fault: #b3261e',
};
const onDark: Look = {
  suffix: '-on-dark',
  style: 'color: #ffffff; --accent: #5fd0bb; --fault: #ff9b93',
};
/** macOS takes the shape from it, and the colour from its menu bar. */
const template: Look = {
  suffix: 'Template',
  style: 'color: #000000; --accent: #000000; --fault: #000000',
};

/** Every picture of a state: its look, its edge in pixels, and what its name ends with. */
const pictures: readonly [Look, number, string][] = [
  ...[onLight, onDark].flatMap((look) =>
    trayPictureEdges.map((edge): [Look, number, string] => [look, edge, `-${edge}`]),
  ),
  [template, 16, ''],
  [template, 32, '@2x'],
];

const sources = join(import.meta.dirname, '..', 'assets', 'tray');
const rendered = join(sources, 'rendered');

async function draw(page: Page, svg: string, look: Look, edge: number): Promise<Buffer> {
  await page.setViewportSize({ width: edge, height: edge });
  await page.setContent(
    `<body style="margin: 0; ${look.style}"><div style="display: grid; width: ${edge}px; height: ${edge}px">${svg}</div></body>`,
  );
  return await page.screenshot({ omitBackground: true });
}

await rm(rendered, { recursive: true, force: true });
await mkdir(rendered);
const browser = await chromium.launch(browserLaunchOptions());
try {
  const page = await browser.newPage({ deviceScaleFactor: 1 });
  for (const state of trayStates) {
    const svg = await readFile(join(sources, `${state}.svg`), 'utf8');
    for (const [look, edge, end] of pictures) {
      const picture = await draw(page, svg, look, edge);
      await writeFile(join(rendered, `${state}${look.suffix}${end}.png`), picture);
    }
  }
} finally {
  await browser.close();
}
console.log(`${rendered}: ${trayStates.length * pictures.length} pictures`);
