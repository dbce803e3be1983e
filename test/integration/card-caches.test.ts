/** Sampling and the caches of an engine on a graphics card, here Mesa's software Vulkan. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplingSchema } from '../../src-shared/model.ts';
import { openLibrary } from '../../src-worker/engine/llama/library.ts';
import { Model } from '../../src-worker/engine/llama/model.ts';
import { Sampler, SamplingSpace } from '../../src-worker/engine/sampling/sampler.ts';
import { CardProcess, promptLength } from '../support/engine/card-chains.ts';
import { TestModel } from '../support/engine/engine-models.ts';
import { TestEngine } from '../support/engine/engine-process.ts';
import { promptTokens } from '../support/engine/engine-shards.ts';
import { hasSoftwareCard, withSoftwareCards } from '../support/engine/software-card.ts';

const options = { architecture: 'llama', type: 'F16' } as const;
/** A prompt in two pieces, and another one for the place of the second. */
const prompt = promptTokens(promptLength);
const rest = promptTokens(16, 500);
const otherRest = promptTokens(19, 900);

describe.skipIf(!hasSoftwareCard)('an engine on a graphics card', () => {
  let model: TestModel;
  let engine: TestEngine;
  beforeAll(async () => {
    model = await TestModel.create(options);
    engine = await withSoftwareCards(() =>
      TestEngine.start({ path: model.path, backend: 'auto', contextLength: 512, maxSessions: 4 }),
    );
  });
  afterAll(async () => {
    await engine.stop();
    await model.remove();
  });

  /** The next token after these, with its probability and those of the twenty likeliest. */
  async function next(session: number, position: number, tokens: number[]): Promise<string> {
    const before = engine.outputsOf(session).length;
    engine.send(session, position, tokens);
    await engine.until(() => engine.outputsOf(session).length > before);
    const { values, detail } = engine.outputsOf(session).at(-1) ?? {};
    return Buffer.concat([values ?? Buffer.alloc(0), detail ?? Buffer.alloc(0)]).toString('latin1');
  }

  async function opened(session: number, cached?: { session: number; tokens: number }) {
    const sampling = { temperature: 0, topLogprobs: 20 };
    const { cachedTokens } = await engine.client.open({
      session,
      sampling,
      ...(cached === undefined ? {} : { resume: cached }),
    });
    return cachedTokens;
  }

  it('draws the tokens that a processor’s sampler draws from the same logits', async () => {
    const sampling = samplingSchema.parse({
      seed: 7,
      temperature: 1.3,
      topP: 0.98,
      presencePenalty: 1,
    });
    const count = 6;
    await engine.client.open({ session: 1, sampling, selfFeedUntil: promptLength + count - 1 });
    engine.send(1, 0, prompt);
    await engine.until(() => engine.tokensOf(1).length === count);
    await engine.client.close(1);
    const drawn = engine.tokensOf(1);
    expect(engine.client.description.backend).toBe('vulkan');
    expect(new Set(drawn).size).toBeGreaterThan(3);

    const card = new CardProcess();
    const tokens = [...prompt, ...drawn.slice(0, -1)];
    const { logits } = await card.compute({
      model: options,
      boundaries: [],
      places: ['card'],
      tokens,
    });
    await card.stop();
    const library = await openLibrary('cpu');
    const here = await Model.load(library, model.path);
    const sampler = new Sampler(new SamplingSpace(library.llama, here), sampling, []);
    expect(logits.map((row, index) => sampler.sample(row, promptLength + index).token)).toEqual(
      drawn,
    );
    sampler.dispose();
    here.dispose();
  });

  it('goes on from a cached prefix as after a fresh prefill', async () => {
    await opened(11);
    await next(11, 0, prompt);
    const other = await next(11, promptLength, otherRest);
    await engine.client.retain(11, promptLength);
    expect(await opened(12, { session: 11, tokens: promptLength })).toBe(promptLength);
    const resumed = await next(12, promptLength, rest);
    await engine.client.close(12);
    await opened(13);
    await next(13, 0, prompt);
    expect(resumed).toBe(await next(13, promptLength, rest));
    expect(resumed).not.toBe(other);
    await engine.client.close(13);
  });

  it('goes back to a position as if nothing had come after it', async () => {
    await opened(21);
    const first = await next(21, 0, prompt);
    const second = await next(21, promptLength, rest);
    await next(21, promptLength, otherRest);
    expect(await next(21, promptLength, rest)).toBe(second);
    await next(21, 0, otherRest);
    expect(await next(21, 0, prompt)).toBe(first);
    expect(await next(21, promptLength, rest)).toBe(second);
    await engine.client.close(21);
  });
});
