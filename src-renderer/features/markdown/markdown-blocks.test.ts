import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownBlocks } from './markdown-blocks.ts';

const blocksOf = (text: string): string[] => markdownBlocks(text).map((block) => block.text);

describe('the pieces of a Markdown text', () => {
  it('are its paragraphs, headings and tables', () => {
    expect(blocksOf('# One\n\nTwo\nlines\n\n| a |\n| - |\n\nEnd')).toEqual([
      '# One\n\n',
      'Two\nlines\n\n',
      '| a |\n| - |\n\n',
      'End',
    ]);
  });

  it('never cut a code block, also one that is not closed yet', () => {
    const code = '```python\nfirst\n\nsecond\n```\n\n';

    expect(blocksOf(`${code}After`)).toEqual([code, 'After']);
    expect(blocksOf('````\n```\n\nstill code\n')).toHaveLength(1);
    expect(blocksOf('~~~\n```\n\nstill code\n')).toHaveLength(1);
  });

  it('keep a list together, with its paragraphs and nested items', () => {
    const list = '1. One\n\n   More of one\n\n2. Two\n\n   - Nested\n\n';

    expect(blocksOf(`${list}After`)).toEqual([list, 'After']);
  });

  it('are one piece when links are defined apart from their use', () => {
    expect(blocksOf('See [this].\n\n[this]: https://example.org\n')).toHaveLength(1);
  });

  it('joined are always the text again', () => {
    const lines = constantFrom('', ' ', 'Text', '- item', '```', '~~~~', '  two', '# Top');
    assert(
      property(array(lines, { maxLength: 40 }), (parts) => {
        const text = parts.join('\n');
        expect(blocksOf(text).join('')).toBe(text);
        for (const block of markdownBlocks(text)) {
          expect(text.startsWith(block.text, block.start)).toBe(true);
        }
      }),
    );
  });

  it('stay the same while more text comes, but for the last one', () => {
    const text = 'One\n\nTwo\n\n- a\n\n- b\n\n10 things\n\n```\ncode\n\nmore\n```\n\nThree\n\nFour';
    let before: string[] = [];
    for (let length = 1; length <= text.length; length += 1) {
      const blocks = blocksOf(text.slice(0, length));
      expect(blocks.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
      before = blocks;
    }
  });
});
