/**
 * Cuts Markdown into pieces that can be rendered apart. While an answer streams, only its last piece
 * changes; the ones before it are not parsed again, so a long answer costs its length, not its square.
 */

const fence = /^ {0,3}(`{3,}|~{3,})/;
// Also the beginning of one, since the rest of the line may still come.
const listItem = /^(?:[-*+]|\d{1,9}[.)]?)(?:\s|$)/;
// A link target defined elsewhere in the text: such a text only makes sense as a whole.
const definition = /^ {0,3}\[[^\]]+\]:/m;

/** Does a line after an empty one still belong to the piece before it? */
function continues(block: string, line: string): boolean {
  return /^\s/.test(line) || (listItem.test(block) && listItem.test(line));
}

/** Does this line close a code block that the given fence opened? */
function closes(line: string, opening: string): boolean {
  const mark = fence.exec(line)?.[1];
  return (
    mark !== undefined &&
    mark[0] === opening[0] &&
    mark.length >= opening.length &&
    line.trim() === mark
  );
}

/** A piece of a text, and where in the text it begins. */
export interface MarkdownBlock {
  readonly start: number;
  readonly text: string;
}

/**
 * The pieces of the text, in order; joined they are the text again. Cuts only at empty lines outside of
 * code blocks, and never inside a list, so that every piece renders as it would inside the whole.
 */
export function markdownBlocks(text: string): MarkdownBlock[] {
  if (definition.test(text)) {
    return [{ start: 0, text }];
  }
  const blocks: MarkdownBlock[] = [];
  let start = 0;
  let block = '';
  let openFence: string | null = null;
  let afterEmptyLine = false;
  for (const line of text.split(/(?<=\n)/)) {
    const empty = line.trim() === '';
    if (openFence === null && afterEmptyLine && !empty && !continues(block, line)) {
      blocks.push({ start, text: block });
      start += block.length;
      block = '';
    }
    if (openFence === null) {
      openFence = fence.exec(line)?.[1] ?? null;
    } else if (closes(line, openFence)) {
      openFence = null;
    }
    block += line;
    afterEmptyLine = empty;
  }
  return block === '' ? blocks : [...blocks, { start, text: block }];
}
