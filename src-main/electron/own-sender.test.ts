import { expect, it } from 'vitest';
import { isOwnSender } from './own-sender.ts';

const page = { url: 'app://mindmesh/index.html' };
const contents = { isDestroyed: () => false, mainFrame: page };
const own = { sender: contents, senderFrame: page };

it('knows its own page', () => {
  expect(isOwnSender(own, contents)).toBe(true);
});

it.each([
  ['no window', own, undefined],
  ['another window', { ...own, sender: { ...contents } }, contents],
  ['a frame that is gone', { ...own, senderFrame: null }, contents],
  ['a frame in the page', { ...own, senderFrame: { ...page } }, contents],
])('takes nothing from %s', (_what, origin, window) => {
  expect(isOwnSender(origin, window)).toBe(false);
});

it('takes nothing from a window that is gone', () => {
  const gone = { ...contents, isDestroyed: () => true };
  expect(isOwnSender({ ...own, sender: gone }, gone)).toBe(false);
});

it.each(['https://example.org/', 'about:blank', 'app://mindmesh.example.org/'])(
  'takes nothing from a page at %s',
  (url) => {
    const frame = { url };
    const elsewhere = { ...contents, mainFrame: frame };
    expect(isOwnSender({ sender: elsewhere, senderFrame: frame }, elsewhere)).toBe(false);
  },
);
