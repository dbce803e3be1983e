/**
 * Cuts Markdown into pieces that can be rendered separately. While an answer streams, only its last piece changes and
 * is parsed again, so the time grows with the length of the answer and not with its square.
 */

const fence = /^ {0,3}(`{3,}|~{3,})/;
// An item of a list, or the beginning of one whose line is not complete yet.
const listItem = /^(?:[-*+]|\d{1,9}[.)]?)(?:\s|$)/;
// A link whose address is defined elsewhere in the text: such a text can only be rendered as a whole.
const definition = /^ {0,3}\[[^\]]+\]:/m;

/** Whether a line after an empty one still belongs to the piece before it. */
function continues(block: string, line: string): boolean {
  return /^\s/.test(line) || (listItem.test(block) && listItem.test(line));
}

/** Whether the line closes a code block that the given fence opened. */
function closes(line: string, opening: string): boolean {
  const mark = fence.exec(line)?.[1];
  return (
    mark !== undefined &&
    mark[0] === opening[0] &&
    mark.length >= opening.length &&
    line.trim() === mark
  );
}

/** A piece of a text, and its position in the text. */
export interface MarkdownBlock {
  readonly start: number;
  readonly text: string;
}

/**
 * The pieces of the text in order; joined they are the text again. It is cut only at empty lines, outside of code
 * blocks and lists, so that every piece renders as it would in the whole text.
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
