/**
 * Long text goes to the tokenizer in windows: llama.cpp's tokenizers recurse over text without a break until their
 * stack ends, or take time that grows with the square of the text.
 *
 * Windows overlap. The next one begins at a token's beginning of the one before, and the two are joined at a token
 * that both have at the same place. What is joined is what the uncut text gives: byte-pair encoding is decided by
 * neighbours alone (tokens are right when each pair of neighbours is), and every such pair was seen in one window.
 * Only a run without any break that is longer than a window can come out in other tokens, with the same text.
 */
import type { TokenPieces } from './detokenizer.ts';

export type WindowSizes = {
  /** Bytes of one window. */
  readonly window: number;
  /** Bytes that two windows share; the longest tokens of published vocabularies have 512. */
  readonly overlap: number;
};

/** A quarter of what llama.cpp's regular expressions survive on a stack of 8 MB; some 10 ms of work. */
export const windowSizes: WindowSizes = { window: 8192, overlap: 1536 };

/** SentencePiece reads this character as a space, so its tokens have fewer bytes than the text. */
const writtenSpace = '▁';
const writtenSpaceBytes = 3;

/** Tokens of a window with the byte of the text at which each begins. */
type Window = {
  readonly tokens: readonly number[];
  readonly begins: readonly number[];
  readonly end: number;
};

/**
 * The tokens of a text, tokenized window by window.
 * @param tokenize gives a window's tokens; it is told how many tokens the text before the window has, and ends the
 * work by throwing
 */
export async function tokenizeInWindows(
  text: string,
  pieces: TokenPieces,
  tokenize: (window: string, tokensBefore: number) => Promise<readonly number[]>,
  sizes: WindowSizes = windowSizes,
): Promise<number[]> {
  const bytes = Buffer.from(text, 'utf8');
  const done: number[] = [];
  let last: Window | undefined;
  let lead = '';
  for (let begin = 0; ;) {
    const end = windowEnd(bytes, begin, sizes);
    const tokens = await tokenize(lead + bytes.toString('utf8', begin, end), done.length);
    const { begins, surplus } = placesOf(tokens, pieces, end - begin);
    const window = { tokens, begins: begins.map((place) => begin + place), end };
    const isFaithful = isFrame(surplus, lead);
    const spaces = bytes.toString('utf8', begin, end).split(writtenSpace).length - 1;
    if (!isFaithful && spaces > 0 && isFrame(surplus + spaces * (writtenSpaceBytes - 1), lead)) {
      return tokenizeInWindows(text.replaceAll(writtenSpace, ' '), pieces, tokenize, sizes);
    }
    const join: Join = last === undefined ? startOfText : joinOf(last, window, begin);
    append(done, last?.tokens.slice(0, join.before));
    last = {
      tokens: window.tokens.slice(join.from),
      begins: window.begins.slice(join.from),
      end,
    };
    if (end === bytes.length) {
      append(done, last.tokens);
      return done;
    }
    const next = isFaithful ? nextBegin(last, begin, bytes, pieces, sizes) : undefined;
    if (next === undefined) {
      // A tokenizer that changes text, for example one that has no token for a character, is cut without overlap.
      append(done, last.tokens);
      last = undefined;
      lead = '';
      begin = end;
    } else {
      // A tokenizer that puts a space before every text shall not put it before the middle of a word.
      lead = surplus > lead.length ? '\n' : '';
      begin = next;
    }
  }
}

/** Whether the tokens of a window say its lead, its text and at most one space before, and nothing else. */
function isFrame(surplus: number, lead: string): boolean {
  return surplus === lead.length || surplus === lead.length + 1;
}

/** How many tokens of the window before are taken, and the first one of the new window that follows them. */
type Join = { readonly before: number; readonly from: number };

const startOfText: Join = { before: 0, from: 0 };

/** In the middle of the longest run of tokens that both windows have, else where the new one begins. */
function joinOf(last: Window, next: Window, begin: number): Join {
  const places = new Map(last.begins.map((place, index) => [place, index]));
  let best = { length: 0, before: 0, from: 0 };
  let length = 0;
  for (const [index, token] of next.tokens.entries()) {
    const place = next.begins[index] ?? 0;
    const same = place < begin ? undefined : places.get(place);
    const isCommon = same !== undefined && last.tokens[same] === token;
    length = isCommon ? length + 1 : 0;
    if (isCommon && length > best.length) {
      best = { length, before: same + 1, from: index + 1 };
    }
  }
  if (best.length === 0) {
    const from = next.begins.findIndex((_, index) => endOf(next, index) > begin);
    return { before: places.get(begin) ?? last.tokens.length, from: Math.max(0, from) };
  }
  const back = Math.floor((best.length - 1) / 2);
  return { before: best.before - back, from: best.from - back };
}

/** Where each token begins, counted from the end of the text, and the bytes of the tokens beyond those of the text. */
function placesOf(
  tokens: readonly number[],
  pieces: TokenPieces,
  length: number,
): { begins: number[]; surplus: number } {
  const sizes = tokens.map((token) => pieces.pieceOf(token).length);
  const surplus = sizes.reduce((sum, size) => sum + size, 0) - length;
  let place = -surplus;
  const begins = sizes.map((size) => {
    place += size;
    return place - size;
  });
  return { begins, surplus };
}

function endOf({ begins, end }: Window, index: number): number {
  return begins[index + 1] ?? end;
}

/** Behind the last whole character that fits; before a space in the last part of the window when there is one. */
function windowEnd(bytes: Buffer, begin: number, { window, overlap }: WindowSizes): number {
  if (bytes.length - begin <= window) {
    return bytes.length;
  }
  let end = begin + window;
  while (!isCharacterBegin(bytes, end)) {
    end -= 1;
  }
  const space = bytes.lastIndexOf(' ', end - 1);
  return space > begin + window - overlap / 2 ? space : end;
}

/** Where the next window begins: at a word in the overlap, else at any of its tokens; undefined when none is there. */
function nextBegin(
  last: Window,
  begin: number,
  bytes: Buffer,
  pieces: TokenPieces,
  { overlap }: WindowSizes,
): number | undefined {
  const first = last.begins.findIndex((place) => place >= last.end - overlap);
  const possible = last.begins.flatMap((place, index) => {
    const isInside = index >= first && first > 0 && place <= last.end - overlap / 2;
    return isInside && isCharacterBegin(bytes, place) ? [{ place, index }] : [];
  });
  const isWord = ({ index }: { index: number }): boolean =>
    /^ [A-Za-z]/.test(pieces.pieceOf(last.tokens[index] ?? -1));
  const isBetween = ({ place }: { place: number }): boolean =>
    isBetweenDigitGroups(bytes, begin, place);
  return (possible.find(isWord) ?? possible.find(isBetween) ?? possible[0])?.place;
}

/** Many vocabularies cut numbers into groups of three digits from the first one on; `begin` is between two groups. */
function isBetweenDigitGroups(bytes: Buffer, begin: number, place: number): boolean {
  let digits = 0;
  while (place - digits > begin && isDigit(bytes[place - digits - 1])) {
    digits += 1;
  }
  return digits % 3 === 0 || !isDigit(bytes[place]);
}

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isCharacterBegin(bytes: Buffer, place: number): boolean {
  return ((bytes[place] ?? 0) & 0xc0) !== 0x80;
}

function append(tokens: number[], more: readonly number[] = []): void {
  for (const token of more) {
    tokens.push(token);
  }
}
