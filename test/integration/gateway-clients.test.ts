/** Requests of clients that people use: their bodies, paths and habits, word for word. */
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { APIError, NotFoundError, OpenAI, RateLimitError } from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  startTestGateway,
  type TestGateway,
  testKey,
  TestModel,
} from '../support/gateway/gateway-server.ts';

const messages = [{ role: 'user' as const, content: 'What is this?' }];
const greedy = { model: 'tiny', messages, temperature: 0, max_tokens: 24 };
const authorization = `Bearer ${testKey}`;
const patient = { headers: 10_000, request: 60_000, stall: 60_000 };

const weather = {
  type: 'function',
  function: { name: 'weather', description: 'Tells it', parameters: { type: 'object' } },
};

describe('the gateway, asked by clients as they are', { timeout: 30_000 }, () => {
  let model: TestModel;
  let gateway: TestGateway;
  let url: string;
  beforeAll(async () => {
    model = await TestModel.start();
    gateway = await startTestGateway(model);
    url = `http://127.0.0.1:${gateway.port}`;
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

  function post(path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    const options = { method: 'POST', headers: { authorization, ...headers } };
    return fetch(url + path, { ...options, body: JSON.stringify(body) });
  }

  const json = { 'content-type': 'application/json' };

  it.each([
    ['LangChain', { max_tokens: -1, top_p: 1, n: 1, stream: false }],
    ['a form that was not filled in', { stop: '', tools: [], functions: [], logit_bias: {} }],
    ['LiteLLM', { tool_choice: 'auto', parallel_tool_calls: true, metadata: { a: 'b' } }],
    ['an agent in its last step', { tools: [weather], tool_choice: 'none' }],
    ['llama.cpp’s page', { cache_prompt: true, min_p: 0.05, dry_multiplier: 0, mirostat: 0 }],
    ['vLLM’s users', { top_k: -1, repetition_penalty: 1, skip_special_tokens: true, seed: null }],
    ['Ollama’s users', { num_predict: 8, keep_alive: '5m', repeat_penalty: 1.1 }],
    ['Open WebUI', { chat_id: '1', session_id: '2', features: {}, user: { name: 'Ann' } }],
  ])('answers the body of %s', async (_, fields) => {
    const response = await post('/v1/chat/completions', { ...greedy, ...fields }, json);
    expect([response.status, await response.json()]).toMatchObject([200, { choices: [{}] }]);
  });

  it('refuses tools of an agent in words about tools', async () => {
    const asked = gateway.client.chat.completions.create({
      ...greedy,
      tools: [{ type: 'function', function: weather.function }],
      tool_choice: 'auto',
    });
    await expect(asked).rejects.toMatchObject({
      status: 400,
      param: 'tools',
      message: expect.stringContaining(
        '"tools" is not supported: tools cannot be called yet. Leave it out',
      ),
    });
  });

  it('takes a new seed each time for -1', async () => {
    const texts = new Set<string | null>();
    for (let time = 0; time < 3; time += 1) {
      const { choices } = await gateway.client.chat.completions.create({
        ...greedy,
        temperature: 1,
        seed: -1,
      });
      texts.add(choices[0]?.message.content ?? null);
    }
    expect(texts.size).toBe(3);
  });

  it('holds an answer to a schema wherever the client puts it', async () => {
    const schema = { type: 'object', properties: { a: { const: 7 } }, required: ['a'] };
    for (const fields of [
      { response_format: { type: 'json_object', schema } },
      { response_format: { type: 'json_schema', schema } },
      { guided_json: schema },
      { grammar: 'root ::= "{\\"a\\":7}"' },
    ]) {
      const response = await post('/v1/chat/completions', { ...greedy, ...fields }, json);
      const answer = (await response.json()) as { choices: { message: { content: string } }[] };
      expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ a: 7 });
    }
  });

  it('reads JSON that curl sends as a form, or as nothing', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post('/v1/chat/completions', greedy, form)).status).toBe(200);
    const nameless = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization },
    });
    nameless.end(JSON.stringify(greedy));
    const [response] = await once(nameless, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization, ...form },
      body: 'model=tiny',
    });
    expect([answer.status, await answer.text()]).toEqual([
      415,
      expect.stringContaining('must be JSON, sent with \\"content-type: application/json\\"'),
    ]);
  });

  it.each(['/v1//chat/completions', '/v1/chat/completions/', '//v1/chat/completions'])(
    'knows the path %s, which comes of careless joining',
    async (path) => {
      expect((await post(path, greedy, json)).status).toBe(200);
    },
  );

  it('tells a client without /v1 in its base URL to add it', async () => {
    const client = new OpenAI({ baseURL: url, apiKey: testKey, maxRetries: 0 });
    const missing = await client.chat.completions.create(greedy).catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(NotFoundError);
    expect((missing as Error).message).toContain(
      `There is no POST /chat/completions. Set the client's base URL to ${url}/v1.`,
    );
    await expect(client.models.list()).rejects.toThrow(`base URL to ${url}/v1`);
  });

  it('names what there is to a client that asks for another API', async () => {
    for (const path of ['/v1/responses', '/v1/messages', '/v1/embeddings', '/api/chat']) {
      const response = await post(path, {}, json);
      expect([response.status, await response.text()]).toEqual([
        404,
        expect.stringContaining(`There is no POST ${path}. There are GET /v1/models`),
      ]);
    }
  });

  it('answers at both loopback addresses, and at the name that can mean either', async () => {
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      const baseURL = `http://${host}:${gateway.port}/v1`;
      const client = new OpenAI({ baseURL, apiKey: testKey, maxRetries: 0 });
      expect((await client.models.list()).data).toHaveLength(1);
    }
  });

  it('takes its port for taken where another program has it at ::1', async () => {
    const other = createServer().listen({ host: '::1', port: 0 });
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startTestGateway(model, { port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(`Port ${port} on [::1] is taken`),
    });
    const elsewhere = await startTestGateway(model, { port, orAnyPort: true });
    try {
      expect(elsewhere.port).not.toBe(port);
      for (const host of ['127.0.0.1', '[::1]']) {
        expect((await fetch(`http://${host}:${elsewhere.port}/healthz`)).status).toBe(200);
      }
    } finally {
      await elsewhere.close();
    }
  });

  it('ends the connection of a stream whose client asked for that', async () => {
    const asked = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { authorization, ...json, connection: 'close' },
    });
    asked.end(JSON.stringify({ ...greedy, stream: true }));
    const [response] = await once(asked, 'response');
    const closed = once(response.socket, 'close');
    expect(await readAll(response)).toContain('data: [DONE]');
    await closed;
    expect(response.headers.connection).toBe('close');
  });

  it('serves a name and a page that the owner allowed, streams included', async () => {
    const origin = 'https://app.example';
    const open = await startTestGateway(model, {
      hosts: ['host.docker.internal'],
      origins: [origin],
    });
    try {
      const path = `http://127.0.0.1:${open.port}/v1/chat/completions`;
      const preflight = await fetch(path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,x-stainless-lang',
        },
      });
      expect(preflight.status).toBe(204);
      expect(Object.fromEntries(preflight.headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization,x-stainless-lang',
      });
      for (const stream of [false, true]) {
        const answer = await fetch(path, {
          method: 'POST',
          headers: { authorization, ...json, origin },
          body: JSON.stringify({ ...greedy, stream }),
        });
        expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
        expect(answer.headers.get('x-request-id')).toBeTruthy();
        expect(await answer.text()).toContain('assistant');
      }
      const contained = request(`http://127.0.0.1:${open.port}/v1/models`, {
        headers: { authorization, host: `host.docker.internal:${open.port}` },
      });
      contained.end();
      const [response] = await once(contained, 'response');
      response.resume();
      expect(response.statusCode).toBe(200);
    } finally {
      await open.close();
    }
  });

  describe('when it takes long', () => {
    let slow: TestGateway;
    beforeAll(async () => {
      slow = await startTestGateway(model, {
        limits: { concurrency: 1, queue: 8, queueWaitMs: 500 },
        timeouts: { ...patient, quiet: 50 },
      });
    });
    afterAll(() => slow.close());

    it('sends a stream’s head and signs of life before the first token', async () => {
      model.generations.pause();
      // This resolves with the response's head, while the model is paused.
      const stream = await slow.client.chat.completions.create({ ...greedy, stream: true });
      await vi.waitFor(() => expect(model.generations.active).toBe(1));
      model.generations.resume();
      const chunks = await Array.fromAsync(stream);
      const usual = await gateway.client.chat.completions.create(greedy);
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
        usual.choices[0]?.message.content,
      );
    });

    it('says in the stream what fails after that', async () => {
      model.generations.capacity = 0;
      const stream = await slow.client.chat.completions.create({ ...greedy, stream: true });
      await expect(Array.fromAsync(stream)).rejects.toMatchObject({
        constructor: APIError,
        code: 'over_capacity',
      });
    });

    it('tells the clients of answers under way when it closes', async () => {
      const leaving = await startTestGateway(model, { timeouts: { ...patient, quiet: 50 } });
      model.generations.pause();
      const whole = leaving.client.chat.completions.create(greedy).catch((error: unknown) => error);
      const stream = await leaving.client.chat.completions.create({ ...greedy, stream: true });
      await vi.waitFor(() => expect(model.generations.active).toBe(2));
      const events = Array.fromAsync(stream).catch((error: unknown) => error);
      await leaving.close();
      const told = {
        code: 'cancelled',
        message: expect.stringContaining('Ask again once it runs'),
      };
      expect(await events).toMatchObject(told);
      expect(await whole).toMatchObject({ ...told, status: 503 });
    });

    it('gives what fails soon a status, streamed or not', async () => {
      const hasty = await startTestGateway(model, {
        limits: { concurrency: 1, queue: 8, queueWaitMs: 50 },
        timeouts: { ...patient, quiet: 10_000 },
      });
      try {
        model.generations.capacity = 0;
        await expect(
          hasty.client.chat.completions.create({ ...greedy, stream: true }),
        ).rejects.toBeInstanceOf(RateLimitError);
      } finally {
        await hasty.close();
      }
    });
  });
});
