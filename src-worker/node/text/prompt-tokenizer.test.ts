import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import { TokenPieces } from './detokenizer.ts';
import { PromptTokenizer } from './prompt-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { TokenizerTurns } from './tokenizer-turns.ts';

const never = new AbortController().signal;

/** Every byte is a token; "ab" is one too, and the longest. */
const vocabulary = {
  pieces: [...Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)), 'ab', '<|end|>'],
  control: [257],
  endOfGeneration: [257],
  beginOfSequence: null,
  endOfSequence: 257,
  addBeginOfSequence: false,
  chatTemplate: null,
};

/** A tokenizer in memory that records the texts, and returns their tokens one turn of the event loop later. */
class RecordingTokenizer implements Tokenizer {
  readonly vocabulary = vocabulary;
  readonly asked: string[] = [];
  #onDeath = (): void => {};

  async tokenize(text: string): Promise<number[]> {
    this.asked.push(text);
    await new Promise(setImmediate);
    if (text.includes('†')) {
      this.#onDeath();
      throw new AppError('engine-died', 'It was ended by SIGSEGV.');
    }
    return [...Buffer.from(text)];
  }

  onDeath(listener: () => void): void {
    this.#onDeath = listener;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function startTexts(): { tokenizers: RecordingTokenizer[]; texts: PromptTokenizer } {
  const tokenizers: RecordingTokenizer[] = [];
  const start = (): RecordingTokenizer => {
    const tokenizer = new RecordingTokenizer();
    tokenizers.push(tokenizer);
    return tokenizer;
  };
  const turns = new TokenizerTurns(start(), () => Promise.resolve(start()));
  return {
    tokenizers,
    texts: new PromptTokenizer(turns, vocabulary, new TokenPieces(vocabulary)),
  };
}

const asked = ({ tokenizers }: { tokenizers: RecordingTokenizer[] }): string[] =>
  tokenizers.flatMap((tokenizer) => tokenizer.asked);

describe('the tokens of a prompt', () => {
  it('are those of its texts and the control tokens between them, in order', async () => {
    const { texts } = startTexts();
    const pieces = [{ token: 257 }, { text: 'Hi' }, { token: 257 }, { token: 257 }, { text: '!' }];
    expect(await texts.tokens(pieces, 100, never)).toEqual([257, 72, 105, 257, 257, 33]);
  });

  it('are refused without tokenizing where the text cannot fit the context', async () => {
    const started = startTexts();
    const pieces = [{ token: 257 }, { text: 'x'.repeat(2001) }];
    await expect(started.texts.tokens(pieces, 1000, never)).rejects.toMatchObject({
      code: 'context-too-long',
      message: expect.stringMatching(/has 2001 characters; the model takes at most 1000 tokens/),
    });
    expect(asked(started)).toEqual([]);
    // A text of the longest tokens alone may fit.
    await started.texts.tokens([{ text: 'ab'.repeat(1000) }], 1000, never);
  });

  it('are refused as soon as there are too many, without tokenizing the rest', async () => {
    const started = startTexts();
    const text = 'word '.repeat(100_000);
    await expect(started.texts.tokens([{ text }], 250_000, never)).rejects.toMatchObject({
      code: 'context-too-long',
    });
    expect(asked(started).length).toBeLessThan(50);
    const many = Array.from({ length: 100_000 }, () => ({ text: 'word ' }));
    await expect(started.texts.tokens(many, 250_000, never)).rejects.toMatchObject({
      code: 'context-too-long',
    });
    expect(asked(started).join('').length).toBeLessThan(600_000);
  });

  it('come after two turns at most, however long the text of another request is', async () => {
    const started = startTexts();
    const long = started.texts.tokens([{ text: 'word '.repeat(200_000) }], 2_000_000, never);
    let isLongDone = false;
    void long.finally(() => {
      isLongDone = true;
    });
    const before = asked(started).length;
    await started.texts.tokens([{ text: 'Hello' }], 100, never);
    expect(asked(started).length - before).toBeLessThanOrEqual(2);
    expect(isLongDone).toBe(false);
    expect(await long).toHaveLength(1_000_000);
  });

  it('are not computed any further for a client that has gone', async () => {
    const started = startTexts();
    const client = new AbortController();
    const long = started.texts.tokens(
      [{ text: 'word '.repeat(200_000) }],
      2_000_000,
      client.signal,
    );
    await started.texts.tokens([{ text: 'Hello' }], 100, never);
    client.abort();
    await expect(long).rejects.toMatchObject({ code: 'cancelled' });
    const before = asked(started).length;
    await started.texts.tokens([{ text: 'Hello' }], 100, never);
    expect(asked(started).slice(before)).toEqual(['Hello']);
  });

  it('are refused for a text that two tokenizers die of, and the next tokenizer serves all other requests', async () => {
    const started = startTexts();
    const ask = (text: string): Promise<number[]> => started.texts.tokens([{ text }], 100, never);
    const [first, killer, last] = await Promise.allSettled([ask('a'), ask('†'), ask('c')]);
    expect([first, last]).toEqual([
      { status: 'fulfilled', value: [97] },
      { status: 'fulfilled', value: [99] },
    ]);
    expect(killer).toMatchObject({ status: 'rejected', reason: { code: 'engine-died' } });
    expect(started.tokenizers.map((tokenizer) => tokenizer.asked)).toEqual([
      ['a', '†'],
      ['†'],
      ['c'],
    ]);
  });

  it('are refused with the reason when no other tokenizer can be started, and computed again later', async () => {
    let isBroken = true;
    const turns = new TokenizerTurns(new RecordingTokenizer(), () =>
      isBroken
        ? Promise.reject(new AppError('engine-load-failed', 'no memory'))
        : Promise.resolve(new RecordingTokenizer()),
    );
    const [killer, other] = await Promise.allSettled([
      turns.take(['†'], never),
      turns.take(['a'], never),
    ]);
    expect(killer).toMatchObject({ reason: { code: 'engine-load-failed' } });
    expect(other).toMatchObject({ reason: { code: 'engine-load-failed' } });
    isBroken = false;
    expect(await turns.take(['a'], never)).toEqual([[97]]);
    await turns.close();
    await expect(turns.take(['a'], never)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
