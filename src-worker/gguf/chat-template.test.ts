import { expect, test } from 'vitest';
import { chatTemplateOf, withPlainChatTemplate } from './chat-template.ts';
import { type MetadataValue, stringArrayValue, stringOf, stringValue } from './values.ts';

const plain = 'tokenizer.chat_template';

function metadataOf(entries: readonly (readonly [string, MetadataValue | string])[]) {
  return new Map(
    entries.map(([key, value]) => [key, typeof value === 'string' ? stringValue(value) : value]),
  );
}

test.each([
  [
    'the plain one',
    [
      [plain, 'P'],
      [`${plain}.default`, 'D'],
    ],
    'P',
  ],
  [
    'the default where the plain one is blank',
    [
      [plain, ' \n'],
      [`${plain}.default`, 'D'],
    ],
    'D',
  ],
  [
    'the default of several',
    [
      [`${plain}.a`, 'A'],
      [`${plain}.default`, 'D'],
    ],
    'D',
  ],
  [
    'the first by name',
    [
      [`${plain}.tool_use`, 'T'],
      [`${plain}.rag`, 'R'],
    ],
    'R',
  ],
  [
    'one with text',
    [
      [`${plain}.a`, ''],
      [`${plain}.b`, 'B'],
    ],
    'B',
  ],
  ['none of a list', [[plain, stringArrayValue(['A'])]], undefined],
  ['none', [['tokenizer.ggml.pre', 'x']], undefined],
] as const)('the template is %s', (_, entries, expected) => {
  const metadata = metadataOf(entries);
  expect(chatTemplateOf(metadata)).toBe(expected);
  const written = withPlainChatTemplate(metadata);
  expect(chatTemplateOf(written)).toBe(expected);
  expect(stringOf(written.get(plain))).toBe(expected ?? stringOf(metadata.get(plain)));
  expect(written.size).toBe(new Set([...metadata.keys(), ...(expected ? [plain] : [])]).size);
});
