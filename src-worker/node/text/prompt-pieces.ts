/**
 * Makes the tokenizer's input from rendered chat templates, so that only the template's own text can name
 * control tokens: "<|user|>" in a message stays text.
 *
 * The template is rendered twice: once with the messages as they are (plain), once with an unguessable mark
 * in place of each content (marked). The marked text shows which characters are the template's own. Replacing each mark by
 * its content nearly always gives the plain text. A template that inspects contents (for example to drop the thinking
 * of earlier answers) may give another plain text. That text is used when no content names a control token; else
 * the marked text with its contents filled in is used, because safety comes before fidelity.
 *
 * A run of text between two control tokens is tokenized in one piece, characters of template and contents
 * together, as llama.cpp does, so that the tokens are those the model was trained with.
 */
import type { ChatMessage } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { tagsByKind, type PromptPiece, type SpecialTokens } from './special-tokens.ts';

export type MarkedMessages = {
  readonly messages: readonly ChatMessage[];
  /** The content that each mark stands for. */
  readonly contents: ReadonlyMap<string, string>;
  /** The mark of each message; undefined where there is nothing to mark. */
  readonly marks: readonly (string | undefined)[];
};

/**
 * Replaces each content by a mark. White space around a content stays in place, so that a template can trim it.
 * @param nonce letters and digits that cannot be guessed
 */
export function markContents(messages: readonly ChatMessage[], nonce: string): MarkedMessages {
  const contents = new Map<string, string>();
  const marks: (string | undefined)[] = [];
  const marked = messages.map(({ role, content }, index) => {
    const inner = content.trim();
    if (inner === '') {
      return { role, content };
    }
    const mark = `${nonce}x${index}y`;
    contents.set(mark, inner);
    marks[index] = mark;
    const begin = content.indexOf(inner);
    return { role, content: content.slice(0, begin) + mark + content.slice(begin + inner.length) };
  });
  return { messages: marked, contents, marks };
}

export type RenderedPrompt = {
  readonly plain: string;
  readonly marked: string;
  readonly contents: ReadonlyMap<string, string>;
  readonly nonce: string;
};

/**
 * The pieces to tokenize, in order; control tokens are only those that the template itself names.
 * @throws AppError `request-invalid` when a content names a control token and the template changes contents
 * so much that they cannot be told from its own text.
 */
export async function promptPieces(
  rendered: RenderedPrompt,
  special: SpecialTokens,
): Promise<PromptPiece[]> {
  const { plain, contents } = rendered;
  const segments = segmentsOf(rendered);
  const own = segments.filter(({ fromTemplate }) => fromTemplate).map(({ text }) => text);
  const tags = special.tagsIn(own.join('\n'));
  if (segments.map(({ text }) => text).join('') !== plain) {
    await yieldToEventLoop();
    const pieces = special.split(plain);
    const isHarmless = await areHarmless(contents.values(), special, tags);
    const wanted = own.flatMap((text) => tokensIn(special.split(text)));
    if (isHarmless && sameTokens(tokensIn(pieces), wanted)) {
      return pieces;
    }
    if (segments.length === 1) {
      throw new AppError(
        'request-invalid',
        "A message names one of the model's control tokens, and the model's chat template gives no way to keep it apart.",
      );
    }
  }
  return joinRuns(segments, special, tags);
}

type Segment = { readonly text: string; readonly fromTemplate: boolean };

function segmentsOf({ marked, contents, nonce }: RenderedPrompt): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  for (const match of marked.matchAll(new RegExp(`${nonce}x\\d+y`, 'g'))) {
    segments.push({ text: marked.slice(from, match.index), fromTemplate: true });
    segments.push({ text: contents.get(match[0]) ?? '', fromTemplate: false });
    from = match.index + match[0].length;
  }
  segments.push({ text: marked.slice(from), fromTemplate: true });
  return segments;
}

/** Lets other tasks of the node run: each step takes some ten milliseconds for a text of a megabyte. */
const yieldToEventLoop = (): Promise<void> => new Promise(setImmediate);

/** Whether none of the contents names a control token or a tag. */
async function areHarmless(
  contents: Iterable<string>,
  special: SpecialTokens,
  tags: ReadonlySet<string>,
): Promise<boolean> {
  for (const content of contents) {
    await yieldToEventLoop();
    if (special.names(content) || hasTag(content, tags)) {
      return false;
    }
  }
  return true;
}

/** Control tokens of the template, and between them runs of text. */
async function joinRuns(
  segments: readonly Segment[],
  special: SpecialTokens,
  tags: ReadonlySet<string>,
): Promise<PromptPiece[]> {
  const pieces: PromptPiece[] = [];
  let run: Segment[] = [];
  const endRun = (): void => {
    for (const text of withoutForeignTags(run, tags)) {
      pieces.push({ text });
    }
    run = [];
  };
  for (const segment of segments) {
    if (!segment.fromTemplate) {
      await yieldToEventLoop();
    }
    const parts = segment.fromTemplate ? special.split(segment.text) : [{ text: segment.text }];
    for (const part of parts) {
      if ('text' in part) {
        run.push({ text: part.text, fromTemplate: segment.fromTemplate });
      } else {
        endRun();
        pieces.push(part);
      }
    }
  }
  endRun();
  return pieces;
}

/** The run's text, split inside every tag that is not wholly the template's, so that none becomes one token. */
function withoutForeignTags(run: readonly Segment[], tags: ReadonlySet<string>): string[] {
  const text = run.map((segment) => segment.text).join('');
  if (tags.size === 0) {
    return text === '' ? [] : [text];
  }
  const templateRanges: { from: number; to: number }[] = [];
  let from = 0;
  for (const segment of run) {
    const to = from + segment.text.length;
    if (segment.fromTemplate) {
      templateRanges.push({ from, to });
    }
    from = to;
  }
  const cuts: number[] = [];
  for (const kind of tagsByKind(text)) {
    let range = 0;
    for (const { name, at } of kind) {
      if (!tags.has(name)) {
        continue;
      }
      while ((templateRanges[range]?.to ?? Infinity) < at + name.length) {
        range += 1;
      }
      if ((templateRanges[range]?.from ?? Infinity) > at) {
        cuts.push(at + 1);
      }
    }
  }
  const bounds = [0, ...Uint32Array.from(cuts).toSorted(), text.length];
  return bounds
    .slice(1)
    .map((end, index) => text.slice(bounds[index], end))
    .filter((part) => part !== '');
}

function tokensIn(pieces: readonly PromptPiece[]): number[] {
  return pieces.flatMap((piece) => ('token' in piece ? [piece.token] : []));
}

function hasTag(content: string, tags: ReadonlySet<string>): boolean {
  return (
    tags.size > 0 &&
    tagsByKind(content)
      .flat()
      .some(({ name }) => tags.has(name))
  );
}

function sameTokens(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((token, index) => token === other[index]);
}
