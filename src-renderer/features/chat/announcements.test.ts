import { describe, expect, it } from 'vitest';
import { nextAnnouncement } from './announcements.ts';

const sentence = 'This sentence is about as long as a sentence in an answer tends to be. ';

describe('what a screen reader is told of a streaming answer', () => {
  it('is nothing until a few sentences have come', () => {
    expect(nextAnnouncement(sentence, 0, false)).toBe('');
  });

  it('is whole sentences only', () => {
    const text = `${sentence}${sentence}And one that is not`;

    expect(nextAnnouncement(text, 0, false)).toBe(`${sentence}${sentence}`.trimEnd());
  });

  it('is the rest when the answer is finished, however short', () => {
    expect(nextAnnouncement('Paris.', 0, true)).toBe('Paris.');
    expect(nextAnnouncement('Paris. Yes', 6, true)).toBe(' Yes');
  });

  it('speaks every character exactly once over a stream', () => {
    const text = sentence.repeat(40);
    let spoken = '';
    for (let length = 0; length <= text.length; length += 7) {
      spoken += nextAnnouncement(text.slice(0, length), spoken.length, false);
    }
    spoken += nextAnnouncement(text, spoken.length, true);

    expect(spoken).toBe(text);
  });
});
