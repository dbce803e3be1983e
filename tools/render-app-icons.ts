/**
 * Draws the app's icons, assets/icons, from assets/icon.svg: PNG for Linux and the window, .ico for Windows, .icns
 * for macOS. Run it after changing the source: node tools/render-app-icons.ts
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { browserLaunchOptions } from '../test/support/window/browser.ts';
import {
  icnsFile,
  icoFile,
  macEdges,
  type Pictures,
  windowsEdges,
} from './packaging/icon-files.ts';

/** The sizes of https://specifications.freedesktop.org/icon-theme-spec that desktops ask for. */
const linuxEdges = [16, 24, 32, 48, 64, 128, 256, 512];
/** Apple's grid: the shape fills 824 of 1024 pixels. */
const macMargin = 100 / 1024;

const assets = join(import.meta.dirname, '..', 'assets');
const rendered = join(assets, 'icons');

async function drawAll(
  page: Page,
  svg: string,
  edges: readonly number[],
  margin = 0,
): Promise<Pictures> {
  const pictures = new Map<number, Buffer>();
  for (const edge of edges) {
    await page.setViewportSize({ width: edge, height: edge });
    await page.setContent(
      `<body style="margin: 0"><div style="display: grid; box-sizing: border-box; width: ${edge}px; height: ${edge}px; padding: ${edge * margin}px">${svg}</div></body>`,
    );
    pictures.set(edge, await page.screenshot({ omitBackground: true }));
  }
  return pictures;
}

await rm(rendered, { recursive: true, force: true });
await mkdir(rendered);
const svg = await readFile(join(assets, 'icon.svg'), 'utf8');
const browser = await chromium.launch(browserLaunchOptions());
try {
  const page = await browser.newPage({ deviceScaleFactor: 1 });
  for (const [edge, picture] of await drawAll(page, svg, linuxEdges)) {
    await writeFile(join(rendered, `${edge}x${edge}.png`), picture);
  }
  await writeFile(join(rendered, 'icon.ico'), icoFile(await drawAll(page, svg, windowsEdges)));
  await writeFile(
    join(rendered, 'icon.icns'),
    icnsFile(await drawAll(page, svg, macEdges, macMargin)),
  );
} finally {
  await browser.close();
}
console.log(`${rendered}: ${linuxEdges.length} pictures, icon.ico, icon.icns`);
