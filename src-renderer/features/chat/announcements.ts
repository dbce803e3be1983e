/**
 * What a screen reader is told of an answer that streams: whole sentences, several at a time, in place of
 * every token.
 */

// About two spoken lines: fewer announcements interrupt less, longer ones come too late.
const leastCharacters = 120;

const sentenceEnd = /[.!?:](?=\s)|\n/g;

/**
 * The next part to speak of `text`, of which the first `spoken` characters were spoken already; empty
 * while too little new has come. A finished answer is spoken to its end.
 */
export function nextAnnouncement(text: string, spoken: number, finished: boolean): string {
  if (finished) {
    return text.slice(spoken);
  }
  if (text.length - spoken < leastCharacters) {
    return '';
  }
  const fresh = text.slice(spoken);
  const ends = [...fresh.matchAll(sentenceEnd)].map((match) => match.index + match[0].length);
  const end = ends.at(-1) ?? 0;
  return end < leastCharacters ? '' : fresh.slice(0, end);
}
