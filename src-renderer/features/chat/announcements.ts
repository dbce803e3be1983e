/** What a screen reader says of an answer that streams: several whole sentences at a time, instead of every token. */

// About two spoken lines: shorter announcements interrupt too often, longer ones come too late.
const leastCharacters = 120;

const sentenceEnd = /[.!?:](?=\s)|\n/g;

/**
 * The next part of `text` to speak, after the first `spoken` characters; empty while too little is new. A finished
 * answer is spoken to its end.
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
