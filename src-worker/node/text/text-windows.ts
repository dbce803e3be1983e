/**
 * Tokenizes long text in windows, because llama.cpp's tokenizers overflow their stack on long text without breaks, or
 * take time that grows with the square of the text.
 *
 * Windows overlap. Each begins at the beginning of a token of the previous one, and the two are joined at a token
 * that both have at the same place. The result is that of the uncut text: in byte-pair encoding, tokens are right when
 * each pair of neighbours is, and every pair of neighbours was seen in one window.
 * Only a run without any break that is longer than a window may get other tokens, for the same text.
 */
import type { TokenPieces } from './detokenizer.ts';

export type WindowSizes = {
  /** Bytes of one window. */
  readonly window: number;
  /** Bytes that two windows share; the longest tokens of published vocabularies have 512. */
  readonly overlap: number;
};

/** A quarter of the length that llama.cpp's regular expressions survive on a stack of 8 MB; it takes some 10 ms. */
export const windowSizes: WindowSizes = { window: 8192, overlap: 1536 };

/** SentencePiece reads this character as a space, so its tokens have fewer bytes than the text. */
const writtenSpace = '▁';
const writtenSpaceBytes = 3;

/** The tokens of a window, the byte of the text at which each begins, and the byte at which the window ends. */
type Window = {
  readonly tokens: readonly number[];
  readonly begins: readonly number[];
  readonly end: number;
};

/**
 * The tokens of a text, tokenized window by window.
 * @param tokenize returns a window's tokens, and may throw to end the tokenizing; `tokensBefore` is the number of tokens
 * before the window
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
      // A tokenizer that changes text, for example because it has no token for a character, gets windows without overlap.
      append(done, last.tokens);
      last = undefined;
      lead = '';
      begin = end;
    } else {
      // A line break before the window keeps a tokenizer that puts a space before every text from doing so inside a word.
      lead = surplus > lead.length ? '\n' : '';
      begin = next;
    }
  }
}

/** Whether the tokens of a window are exactly its lead, its text and at most one space before. */
function isFrame(surplus: number, lead: string): boolean {
  return surplus === lead.length || surplus === lead.length + 1;
}

/** How many tokens of the previous window are used, and the first token of the new window that follows them. */
type Join = { readonly before: number; readonly from: number };

const startOfText: Join = { before: 0, from: 0 };

/** Joins two windows in the middle of the longest run of tokens that both have, else where the new one begins. */
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

/** Where each token begins, computed from the end of the text, and how many bytes the tokens have more than the text. */
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

/** The end of a window: before a space in its last part where there is one, else after the last whole character that fits. */
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

/** Where the next window begins: at a word in the overlap, else at any of its tokens; undefined when there is none. */
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
