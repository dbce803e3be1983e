import { expect, it } from 'vitest';
import { printableJson, printableLine, printableText } from './printable-text.ts';

/** All controls of ASCII and of its second half, and what turns the direction of text. */
const controls = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, index) => 0x7f + index),
  0x61c,
  0x200e,
  0x200f,
  ...Array.from({ length: 5 }, (_, index) => 0x202a + index),
  ...Array.from({ length: 4 }, (_, index) => 0x2066 + index),
].map((code) => String.fromCharCode(code));

it('leaves no control character in a text but line ends and tabs', () => {
  const text = printableText(controls.join('a'));
  expect(controls.filter((each) => text.includes(each))).toEqual(['\t', '\n']);
});

it('shows where a terminal would have been told something', () => {
  expect(printableText('\u001b]0;title\u0007 and \u009b31m red')).toBe('�]0;title� and �31m red');
});

it('leaves what people write as it is', () => {
  const text = 'Ünïcode, 日本語, العربية, עברית, 👩‍👩‍👧, a\tb\nc';
  expect(printableText(text)).toBe(text);
  expect(printableText('a line\r\nanother')).toBe('a line\nanother');
});

it('cleans a stream the same in whatever pieces it comes', () => {
  const text = `${controls.join('x')}\u001b[2J`;
  expect(Array.from(text, printableText).join('')).toBe(printableText(text));
});

it('makes one line of a name that would be two', () => {
  expect(printableLine('Qwen\nMindMesh: all is well\r\n\u2028!')).toBe(
    'Qwen MindMesh: all is well  !',
  );
});

it('prints JSON of the very same value without any of them', () => {
  const value = { text: controls.join('') };
  const json = printableJson(value);
  expect(JSON.parse(json)).toEqual(value);
  expect(printableLine(json)).toBe(json);
});
