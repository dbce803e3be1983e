import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src-shared/chat.ts';
import { TokenPieces } from '../../src-worker/node/text/detokenizer.ts';
import { startEngineTokenizer } from '../../src-worker/node/text/engine-tokenizer.ts';
import { ModelText } from '../../src-worker/node/text/model-text.ts';
import { TemplateRenderer } from '../../src-worker/node/text/template-renderer.ts';
import type { Tokenizer } from '../../src-worker/node/text/tokenizer.ts';
import { writeSmallVocabulary } from '../support/engine/small-vocabulary.ts';

const never = new AbortController().signal;
const roles = { S: 'system', U: 'user', A: 'assistant', T: 'tool' } as const;

/** A template that shows each message with the first letter of its role. */
const everything = '{% for m in messages %}{{ m.role[0] }}[{{ m.content }}]{% endfor %}';

/** What published templates do not accept, one thing each. */
const templates = {
  'takes everything': everything,
  'has no system role': `{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}{% endfor %}${everything}`,
  'alternates after a system message': `{% set turns = messages[1:] if messages[0].role == 'system' else messages %}{% for m in turns %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('After the optional system message, conversation roles must alternate') }}{% endif %}{% endfor %}${everything}`,
  'takes a system message at the beginning': `{% for m in messages %}{% if m.role == 'system' and not loop.first %}{{ raise_exception('System message must be at the beginning.') }}{% endif %}{% endfor %}${everything}`,
  'wants calls before the results of tools': `{% for m in messages %}{% if m.role == 'tool' %}{{ m.tool_call_id + '' }}{% endif %}{% endfor %}${everything}`,
  'leaves out all but the first system message': `{% for m in messages %}{% if loop.first or m.role != 'system' %}{{ m.role[0] }}[{{ m.content }}]{% endif %}{% endfor %}`,
} as const;

describe('messages for a template that', () => {
  let folder: string;
  let tokenizer: Tokenizer;
  const renderer = new TemplateRenderer();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mindmesh-folding-'));
    const path = join(folder, 'header.gguf');
    await writeSmallVocabulary(path, 'gpt-2');
    tokenizer = await startEngineTokenizer(path);
  });
  afterAll(async () => {
    renderer.close();
    await tokenizer.close();
    await rm(folder, { recursive: true });
  });

  async function promptOf(chatTemplate: string, letters: string): Promise<string> {
    const vocabulary = { ...tokenizer.vocabulary, chatTemplate };
    const text = new ModelText({ ...tokenizer, vocabulary }, renderer);
    const messages = letters.split('').map((letter, index): ChatMessage => ({
      role: roles[letter as keyof typeof roles],
      content: `${letter}${index}`,
    }));
    const { tokens } = await text.prompt(messages, never);
    const pieces = new TokenPieces(vocabulary);
    return tokens
      .map((token) => pieces.pieceOf(token))
      .join('')
      .replaceAll('\n', ' ');
  }

  it.each([
    ['takes everything', 'SSUAATSU', 's[S0]s[S1]u[U2]a[A3]a[A4]t[T5]s[S6]u[U7]'],
    ['has no system role', 'UAU', 'u[U0]a[A1]u[U2]'],
    ['has no system role', 'SU', 'u[S0  U1]'],
    ['has no system role', 'SUASU', 'u[S0  U1]a[A2]u[S3  U4]'],
    ['has no system role', 'UUAU', 'u[U0  U1]a[A2]u[U3]'],
    ['has no system role', 'AU', 'u[]a[A0]u[U1]'],
    ['alternates after a system message', 'SUAU', 's[S0]u[U1]a[A2]u[U3]'],
    ['alternates after a system message', 'SUASU', 's[S0]u[U1]a[A2]u[S3  U4]'],
    ['alternates after a system message', 'SSUUAU', 's[S0  S1]u[U2  U3]a[A4]u[U5]'],
    ['alternates after a system message', 'AU', 'u[]a[A0]u[U1]'],
    ['takes a system message at the beginning', 'SUUAU', 's[S0]u[U1]u[U2]a[A3]u[U4]'],
    ['takes a system message at the beginning', 'SUASU', 's[S0]u[U1]a[A2]u[S3  U4]'],
    ['takes a system message at the beginning', 'UAS', 'u[U0]a[A1]u[S2]'],
    ['wants calls before the results of tools', 'UATU', 'u[U0]a[A1]u[Result of a tool: T2  U3]'],
    ['leaves out all but the first system message', 'SUAU', 's[S0]u[U1]a[A2]u[U3]'],
    ['leaves out all but the first system message', 'SUASU', 's[S0]u[U1]a[A2]u[S3  U4]'],
  ] as const)('%s: %s become %s', async (template, letters, prompt) => {
    expect(await promptOf(templates[template], letters)).toBe(prompt);
  });

  it('refuses them in every form fail with what it wants', async () => {
    const picky = "{{ raise_exception('Only one question at a time') }}";
    await expect(promptOf(picky, 'SUAU')).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining('Only one question at a time'),
    });
  });

  it('cannot be rendered are not blamed', async () => {
    await expect(promptOf('{{ messages[0].content.unknown() }}', 'SUAU')).rejects.toMatchObject({
      code: 'gguf-unsupported',
      message: expect.stringContaining("cannot render the model's chat template"),
    });
  });
});
