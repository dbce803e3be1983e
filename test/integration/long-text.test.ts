import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TokenPieces } from '../../src-worker/node/text/detokenizer.ts';
import { startEngineTokenizer } from '../../src-worker/node/text/engine-tokenizer.ts';
import { ModelTexts } from '../../src-worker/node/text/model-texts.ts';
import { tokenizeInWindows } from '../../src-worker/node/text/text-windows.ts';
import type { Tokenizer } from '../../src-worker/node/text/tokenizer.ts';
import { TokenizerTurns } from '../../src-worker/node/text/tokenizer-turns.ts';
import { startTestGateway, TestModel, testModel } from '../support/gateway/gateway-server.ts';
import {
  type VocabularyKind,
  vocabularyKinds,
  writeSmallVocabulary,
} from '../support/engine/small-vocabulary.ts';

const never = new AbortController().signal;
const manyTokens = 10_000_000;
/** A text that kills the engine of this kind of vocabulary when it is tokenized in one piece. */
const lethal = 'a'.repeat(80_000);

/** Texts as people write them: words, code, numbers, other scripts. */
const ordinary = [
  'The aaab in the theatre, 12 1212 of them!!! "Anther" said:\n\n',
  'function inner(a, b) {\n    return a === b;\n}\n\n',
  '漢字かな交じり文です。其の二、',
  'Жизнь хороша. ไทยแลนด์ 🙂🙃 ',
];

describe('long text', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mindmesh-long-text-'));
    for (const kind of vocabularyKinds) {
      await writeSmallVocabulary(pathOf(kind), kind, '{{ messages[0].content }}');
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const pathOf = (kind: VocabularyKind): string => join(folder, `${kind}.gguf`);

  describe.each(vocabularyKinds)('for a vocabulary of the kind %s', (kind) => {
    let tokenizer: Tokenizer;
    let pieces: TokenPieces;
    let texts: ModelTexts;
    beforeAll(async () => {
      tokenizer = await startEngineTokenizer(pathOf(kind));
      pieces = new TokenPieces(tokenizer.vocabulary);
      texts = new ModelTexts({
        headerPath: () => Promise.resolve(pathOf(kind)),
        startTokenizer: startEngineTokenizer,
      });
    });
    afterAll(async () => {
      await texts.stop();
      await tokenizer.close();
    });

    it.each([
      ['one letter', lethal],
      ['one Chinese character', '漢'.repeat(50_000)],
      ['one mark', '!'.repeat(80_000)],
      ['digits', '0123456789'.repeat(50_000)],
      ['line breaks', '\n'.repeat(300_000)],
      ['emoji', '🙂'.repeat(60_000)],
    ])('a prompt of %s without a break has tokens that say the same', async (_, content) => {
      const { tokens } = await texts.prompt(
        testModel,
        [{ role: 'user', content: `x${content}x` }],
        manyTokens,
        never,
      );
      const bytes = tokens.map((token) => pieces.pieceOf(token)).join('');
      const text = Buffer.from(bytes, 'latin1').toString('utf8');
      // SentencePiece puts a space before every text.
      expect(text.trimStart() === `x${content}x`).toBe(true);
    });

    it('ordinary text has the tokens that it has in one piece', async () => {
      const content = ordinary.map((part) => part.repeat(250)).join('');
      const { tokens } = await texts.prompt(
        testModel,
        [{ role: 'user', content }],
        manyTokens,
        never,
      );
      expect(tokens).toEqual(await tokenizer.tokenize(content));
    });

    it('a number of any length has the tokens that it has in one piece', async () => {
      const digits = fc.string({
        unit: fc.constantFrom('1', '2'),
        minLength: 2000,
        maxLength: 4000,
      });
      await fc.assert(
        fc.asyncProperty(digits, async (text) => {
          const cut = await tokenizeInWindows(
            text,
            pieces,
            (window) => tokenizer.tokenize(window),
            {
              window: 512,
              overlap: 192,
            },
          );
          expect(cut).toEqual(await tokenizer.tokenize(text));
        }),
        { numRuns: 20 },
      );
    });

    it('any text has the tokens that it has in one piece', async () => {
      const part = fc.oneof(
        fc.constantFrom(
          ...ordinary,
          '▁',
          'the ',
          'ab',
          'a',
          '\n',
          ' ',
          '    ',
          '12',
          '!',
          '==',
          '漢',
          '🙂',
        ),
        fc.string({ unit: 'binary', maxLength: 20 }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(part, { minLength: 20, maxLength: 200 }), async (parts) => {
          const text = parts.join('').toWellFormed();
          const cut = await tokenizeInWindows(
            text,
            pieces,
            (window) => tokenizer.tokenize(window),
            {
              window: 512,
              overlap: 192,
            },
          );
          expect(cut).toEqual(await tokenizer.tokenize(text));
        }),
        { numRuns: 60 },
      );
    });
  });

  it('of a megabyte is refused with the numbers while other chats go on', async () => {
    const model = await TestModel.start();
    const { client, close } = await startTestGateway(model);
    const ask = (content: string): Promise<unknown> =>
      client.chat.completions.create({
        model: testModel.name,
        messages: [{ role: 'user', content }],
        max_tokens: 1,
      });
    try {
      await ask('Hello');
      const over = ask('\n'.repeat(1_000_000) + '!').then(
        () => undefined,
        (error: unknown) => error,
      );
      await ask('Hello');
      expect(await over).toMatchObject({
        status: 400,
        code: 'context_length_exceeded',
        message: expect.stringContaining(
          'This text has 1000001 characters; the model takes at most 2048 tokens',
        ),
      });
      // Short enough to be tokenized, but still too long.
      await expect(ask('x'.repeat(3000))).rejects.toMatchObject({
        code: 'context_length_exceeded',
        message: expect.stringContaining('take 3004 tokens'),
      });
    } finally {
      await close();
      await model.close();
    }
  });

  it('that cannot fit is refused before its template is rendered', async () => {
    const path = join(folder, 'slow-template.gguf');
    const loop = '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}';
    const template = `{% if messages[0].content | length > 1000 %}${loop}{% endif %}{{ messages[0].content }}`;
    await writeSmallVocabulary(path, 'gpt-2', template);
    const texts = new ModelTexts({
      headerPath: () => Promise.resolve(path),
      startTokenizer: startEngineTokenizer,
    });
    const content = 'x'.repeat(5000);
    try {
      await expect(
        texts.prompt(testModel, [{ role: 'user', content }], 100, never),
      ).rejects.toMatchObject({
        code: 'context-too-long',
        message: expect.stringContaining('5000 characters'),
      });
    } finally {
      await texts.stop();
    }
  });

  it('that ends tokenizers takes only its own request with it', async () => {
    let started = 1;
    const path = pathOf('deepseek-llm');
    const turns = new TokenizerTurns(await startEngineTokenizer(path), () => {
      started += 1;
      return startEngineTokenizer(path);
    });
    const others = ['the', 'aa'].map((text) => turns.take([text], never));
    const killer = turns.take([lethal], never);
    others.push(turns.take(['ther'], never));
    await expect(killer).rejects.toMatchObject({
      code: 'engine-died',
      message: expect.stringContaining('ended twice at this text'),
    });
    expect((await Promise.all(others)).map(([tokens]) => tokens?.length)).toEqual([1, 1, 2]);
    expect(started).toBe(3);
    await turns.close();
  });
});
