/** The contrast of a page's texts to what is behind them, by WCAG 2.2. */
import type { Page } from '@playwright/test';

type Rgb = readonly [red: number, green: number, blue: number];

interface PaintedText {
  readonly text: string;
  readonly color: Rgb;
  readonly background: Rgb;
}

/** Least contrast of success criterion 1.4.3 for text of ordinary size. */
const leastContrast = 4.5;

/** Runs in the page: every visible text with its colour and the first opaque colour behind it. */
function paintedTexts(): PaintedText[] {
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (pixel === null) {
    throw new Error('This browser has no canvas to read colours with.');
  }
  const rgba = (color: string): number[] => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = color;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data];
  };
  const backgroundOf = (start: Element): number[] => {
    for (let element: Element | null = start; element !== null; element = element.parentElement) {
      const color = rgba(getComputedStyle(element).backgroundColor);
      if (color[3] === 255) {
        return color;
      }
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('body *')]
    .filter(
      (element) =>
        element.checkVisibility() &&
        element.closest(':disabled, .sr-only, script') === null &&
        [...element.childNodes].some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
        ),
    )
    .map((element) => ({
      text: element.textContent,
      color: rgba(getComputedStyle(element).color).slice(0, 3) as unknown as Rgb,
      background: backgroundOf(element).slice(0, 3) as unknown as Rgb,
    }));
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Rgb, other: Rgb): number {
  const [darker, lighter] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

/** The texts on the page that are hard to read, with their contrast. Fails when there is no text at all. */
export async function faintTexts(page: Page): Promise<string[]> {
  const texts = await page.evaluate(paintedTexts);
  if (texts.length === 0) {
    throw new Error('There is no text on the page.');
  }
  return texts
    .map(({ text, color, background }) => ({ text, contrast: contrast(color, background) }))
    .filter((each) => each.contrast < leastContrast)
    .map((each) => `${each.contrast.toFixed(2)}: ${each.text}`);
}
