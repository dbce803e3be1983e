import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  type OpenAI,
  RateLimitError,
} from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  startTestGateway,
  type TestGateway,
  TestModel,
} from '../support/gateway/gateway-server.ts';

const question = [{ role: 'user' as const, content: 'What is this?' }];
/** The answer is nonsense, since the weights are random, but always the same nonsense. */
const greedy = { model: 'tiny', messages: question, temperature: 0, max_tokens: 40 };

const person = z.object({
  name: z.string(),
  age: z.number().int().min(0).max(99),
  pet: z.enum(['cat', 'dog']).nullable(),
});

describe('the gateway, asked by the official OpenAI client', { timeout: 30_000 }, () => {
  let model: TestModel;
  let gateway: TestGateway;
  let client: OpenAI;
  beforeAll(async () => {
    model = await TestModel.start();
    gateway = await startTestGateway(model);
    client = gateway.client;
  });
  afterAll(async () => {
    await gateway.close();
    await model.close();
  });
  afterEach(async () => {
    model.generations.resume();
    model.generations.capacity = Infinity;
    await vi.waitUntil(() => model.generations.active === 0);
  });

  it('lists the models, and tells of one', async () => {
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(['tiny']);
    expect(await client.models.retrieve('tiny')).toMatchObject({ id: 'tiny', object: 'model' });
    expect(await client.models.retrieve('Random small')).toMatchObject({ id: 'tiny' });
    await expect(client.models.retrieve('some/other')).rejects.toBeInstanceOf(NotFoundError);
  });

  it('answers whole and streamed with the same text, usage and receipt', async () => {
    const whole = await client.chat.completions.create(greedy);
    expect(whole).toMatchObject({
      object: 'chat.completion',
      model: 'tiny',
      usage: { completion_tokens: 40, total_tokens: (whole.usage?.prompt_tokens ?? 0) + 40 },
      choices: [{ index: 0, finish_reason: 'length', logprobs: null }],
      x_mindmesh: { receipts: [{ tokens: 40, stages: [{ firstLayer: 0, lastLayer: 3 }] }] },
    });

    const stream = await client.chat.completions.create({
      ...greedy,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.at(-2)).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      x_mindmesh: { receipts: [{ tokens: 40 }] },
    });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(chunks.length).toBeGreaterThan(20);
  });

  it('streams without usage where none is asked for, and every chunk has a choice', async () => {
    const chunks = await Array.fromAsync(
      await client.chat.completions.create({ ...greedy, stream: true }),
    );
    expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true);
    expect(chunks.at(-1)).toHaveProperty('x_mindmesh');
  });

  it('serves the client library that puts a stream together', async () => {
    const runner = client.chat.completions.stream({ ...greedy, n: 2 });
    const answer = await runner.finalChatCompletion();
    expect(answer.choices.map(({ finish_reason }) => finish_reason)).toEqual(['length', 'length']);
  });

  it('gives several choices, each with its own seed', async () => {
    // One request at a time, since a batch with others rounds sums differently.
    model.generations.capacity = 1;
    const asked = { ...greedy, temperature: 1, seed: 5, n: 3 };
    const { choices, usage } = await client.chat.completions.create(asked);
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    const texts = choices.map(({ message }) => message.content);
    expect(new Set(texts).size).toBe(3);
    expect(usage?.completion_tokens).toBeLessThanOrEqual(120);
    const second = await client.chat.completions.create({ ...asked, seed: 6, n: 1 });
    expect(second.choices[0]?.message.content).toBe(texts[1]);
  });

  it('gives several choices also where the mesh has room for one at a time', async () => {
    model.generations.capacity = 1;
    const { choices } = await client.chat.completions.create({ ...greedy, n: 3 });
    expect(choices).toHaveLength(3);
  });

  it('ends an answer before a stop text, and the generation with it', async () => {
    const whole = await client.chat.completions.create(greedy);
    const text = whole.choices[0]?.message.content ?? '';
    const stop = text.slice(20, 26);
    const cut = await client.chat.completions.create({ ...greedy, stop: ['not in it', stop] });
    expect(cut.choices[0]).toMatchObject({
      message: { content: text.slice(0, text.indexOf(stop)) },
      finish_reason: 'stop',
    });
    expect(cut.usage?.completion_tokens).toBeLessThan(40);
    expect(cut).toMatchObject({ x_mindmesh: { receipts: [{ model: 'Random small' }] } });

    const stream = client.chat.completions.stream({ ...greedy, stop });
    const streamed = (await stream.finalChatCompletion()).choices[0]?.message.content;
    expect(streamed).toBe(text.slice(0, text.indexOf(stop)));
  });

  it('gives log-probabilities with the bytes of each token', async () => {
    const { choices } = await client.chat.completions.create({
      ...greedy,
      logprobs: true,
      top_logprobs: 3,
    });
    const content = choices[0]?.logprobs?.content ?? [];
    expect(content).toHaveLength(40);
    const bytes = content.flatMap((token) => token.bytes ?? []);
    expect(Buffer.from(bytes).toString('utf8')).toBe(choices[0]?.message.content);
    for (const { logprob, top_logprobs: top } of content) {
      expect(top).toHaveLength(3);
      expect(top[0]?.logprob).toBeCloseTo(logprob, 4);
    }
    const streamed = await client.chat.completions
      .stream({ ...greedy, logprobs: true })
      .finalChatCompletion();
    expect(streamed.choices[0]?.logprobs?.content).toHaveLength(40);
  });

  it('answers in JSON of a schema that the client parses by its own', async () => {
    const answer = await client.chat.completions.parse({
      ...greedy,
      temperature: 1,
      seed: 3,
      max_tokens: 600,
      response_format: zodResponseFormat(person, 'person'),
    });
    expect(person.parse(answer.choices[0]?.message.parsed)).toBeDefined();
    const object = await client.chat.completions.create({
      ...greedy,
      temperature: 1,
      seed: 4,
      max_tokens: 600,
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(object.choices[0]?.message.content ?? '')).toBeTypeOf('object');
  });

  it('answers in strings and maps as zod writes them for Vercel’s AI SDK', async () => {
    const ticket = z.object({
      id: z.uuid(),
      code: z.string().regex(/^[A-Z]{2}-\d{3}$/),
      day: z.iso.date(),
      address: z.ipv4(),
      share: z.number().min(0).max(1).multipleOf(0.25),
      place: z.tuple([z.enum(['left', 'right']), z.boolean()]),
      votes: z.record(z.enum(['yes', 'no']), z.int().min(0).max(9)),
    });
    const schema = z.toJSONSchema(ticket, { target: 'draft-7' });
    const answer = await client.chat.completions.create({
      ...greedy,
      temperature: 1,
      seed: 5,
      max_tokens: 600,
      response_format: { type: 'json_schema', json_schema: { name: 'ticket', schema } },
    });
    expect(ticket.parse(JSON.parse(answer.choices[0]?.message.content ?? ''))).toBeDefined();
  });

  it('keeps control tokens in messages harmless', async () => {
    // As text, "<|end|>" takes about one token for each character; as a control token it would take one.
    expect(
      (await promptTokens(client, 'x<|end|>')) - (await promptTokens(client, 'x')),
    ).toBeGreaterThan(3);
  });

  it('makes typed exceptions of what is wrong', async () => {
    const ask = (fields: object) => client.chat.completions.create({ ...greedy, ...fields });
    await expect(ask({ temperature: 9 })).rejects.toMatchObject({
      constructor: BadRequestError,
      param: 'temperature',
    });
    await expect(ask({ model: 'gpt-9' })).rejects.toMatchObject({
      constructor: NotFoundError,
      code: 'model_not_found',
      message: expect.stringContaining('tiny'),
    });
    const long = [{ role: 'user', content: 'word '.repeat(5000) }];
    await expect(ask({ messages: long })).rejects.toMatchObject({
      constructor: BadRequestError,
      code: 'context_length_exceeded',
      param: 'messages',
      message: expect.stringContaining('2048'),
    });
    const negated = { name: 'a', schema: { not: { type: 'string' } } };
    await expect(
      ask({ response_format: { type: 'json_schema', json_schema: negated } }),
    ).rejects.toMatchObject({ message: expect.stringContaining('"not"') });
    const stranger = client.withOptions({ apiKey: 'wrong' });
    await expect(stranger.models.list()).rejects.toMatchObject({
      constructor: AuthenticationError,
      code: 'invalid_api_key',
    });
  });

  it('stops the generation when the client aborts a stream', async () => {
    const { cancelled } = model.generations;
    const stream = await client.chat.completions.create({ ...greedy, stream: true });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    model.generations.pause();
    expect(model.generations.active).toBe(1);
    stream.controller.abort();
    await vi.waitFor(() => expect(model.generations.active).toBe(0));
    expect(model.generations.cancelled).toBe(cancelled + 1);
  });

  it('stops the generation when the client aborts before the answer', async () => {
    model.generations.pause();
    const abort = new AbortController();
    const asked = client.chat.completions.create(greedy, { signal: abort.signal });
    await vi.waitFor(() => expect(model.generations.active).toBe(1));
    abort.abort();
    await expect(asked).rejects.toThrow('aborted');
    await vi.waitFor(() => expect(model.generations.active).toBe(0));
    expect(gateway.admission.counts()).toEqual({ active: 0, queued: 0 });
  });

  it('lets requests wait for a place, and refuses with a time to come back', async () => {
    const small = await startTestGateway(model, {
      limits: { concurrency: 1, queue: 1, queueWaitMs: 60_000 },
    });
    try {
      model.generations.pause();
      const first = small.client.chat.completions.create(greedy);
      const second = small.client.chat.completions.create(greedy);
      await vi.waitFor(() => expect(small.admission.counts()).toEqual({ active: 1, queued: 1 }));
      const refused = await small.client.chat.completions
        .create(greedy)
        .catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(RateLimitError);
      expect((refused as APIError).headers?.get('retry-after')).toMatch(/^[1-9]\d*$/);
      model.generations.resume();
      const answers = await Promise.all([first, second]);
      expect(answers.map(({ usage }) => usage?.completion_tokens)).toEqual([40, 40]);
    } finally {
      await small.close();
    }
  });

  it('lets a request wait when the mesh is full, and refuses it after its time', async () => {
    const impatient = await startTestGateway(model, {
      limits: { concurrency: 4, queue: 4, queueWaitMs: 50 },
    });
    try {
      model.generations.capacity = 0;
      await expect(impatient.client.chat.completions.create(greedy)).rejects.toBeInstanceOf(
        RateLimitError,
      );
    } finally {
      await impatient.close();
    }
  });

  it('says in the stream what went wrong in its middle', async () => {
    const other = await TestModel.start();
    const fragile = await startTestGateway(other);
    try {
      const stream = await fragile.client.chat.completions.create({
        ...greedy,
        max_tokens: 2000,
        stream: true,
      });
      const reader = stream[Symbol.asyncIterator]();
      await reader.next();
      other.generations.pause();
      other.generations.crash();
      await expect(Array.fromAsync({ [Symbol.asyncIterator]: () => reader })).rejects.toMatchObject(
        {
          constructor: APIError,
          code: 'engine_died',
        },
      );
      expect(fragile.logged.join('\n')).toContain('engine');
    } finally {
      await fragile.close();
      await other.close();
    }
  });

  it('closes at once, open streams or not, and ends what they wait for', async () => {
    const closing = await startTestGateway(model);
    model.generations.pause();
    const asked = closing.client.chat.completions.create(greedy);
    const outcome = asked.catch((error: unknown) => error);
    await vi.waitFor(() => expect(model.generations.active).toBe(1));
    const before = performance.now();
    await closing.close();
    expect(performance.now() - before).toBeLessThan(2000);
    expect(await outcome).toBeInstanceOf(APIError);
    await vi.waitFor(() => expect(model.generations.active).toBe(0));
    await expect(closing.client.models.list()).rejects.toBeInstanceOf(APIConnectionError);
  });
});

async function promptTokens(client: OpenAI, content: string): Promise<number> {
  const messages = [{ role: 'user' as const, content }];
  const answer = await client.chat.completions.create({ ...greedy, messages, max_tokens: 1 });
  return answer.usage?.prompt_tokens ?? 0;
}
