import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  startTestGateway,
  type TestGateway,
  testKey,
  TestModel,
} from '../support/gateway/gateway-server.ts';
import { postHead, sendRaw } from '../support/gateway/gateway-raw.ts';

/** Short timeouts, so that the tests need not wait for slow clients. */
const timeouts = { headers: 300, request: 600, stall: 600, quiet: 60_000 };

/** OpenAI's shape of an error, with any message. */
function error(fields: object = {}) {
  return { error: { message: expect.any(String), type: 'invalid_request_error', ...fields } };
}

describe('the gateway, asked by something hostile', { timeout: 30_000 }, () => {
  let model: TestModel;
  let gateway: TestGateway;
  let url: string;
  beforeAll(async () => {
    model = await TestModel.start();
    gateway = await startTestGateway(model, { timeouts });
    url = `http://127.0.0.1:${gateway.port}`;
  });
  afterAll(async () => {
    await gateway.close();
    await model.close();
  });
  afterEach(async () => {
    // After each attack, the next honest client gets its answer.
    const { data } = await gateway.client.models.list();
    if (data.length !== 1 || gateway.logged.length > 0) {
      throw new Error(`The gateway is not what it was: ${gateway.logged.join('\n')}`);
    }
  });

  const headers = { authorization: `Bearer ${testKey}`, 'content-type': 'application/json' };

  function post(body: string, extra: Record<string, string> = {}): Promise<Response> {
    return fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...headers, ...extra },
      body,
    });
  }

  it.each([
    ['broken JSON', '{"model": "tiny", '],
    ['no body', ''],
    ['JSON that is no object', '[]'],
    ['wrong types', '{"model":1,"messages":"hi"}'],
    ['depth without end', '['.repeat(500_000)],
    ['deep objects', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['a poisoned prototype', '{"__proto__":{"model":"tiny"},"messages":[]}'],
    ['a schema of depth without end', deepSchemaRequest(5000)],
  ])('refuses %s with 400', async (_, body) => {
    const response = await post(body);
    expect([response.status, await response.json()]).toEqual([
      400,
      error({ param: expect.toSatisfy(() => true), code: 'invalid_request' }),
    ]);
  });

  it('refuses a body of 10 MB with 413, announced or not', async () => {
    const body = JSON.stringify({
      model: 'tiny',
      messages: [{ role: 'user', content: 'x'.repeat(10_000_000) }],
    });
    expect((await post(body)).status).toBe(413);
    const announced = await sendRaw(gateway.port, [
      postHead(gateway.port, testKey, body.length),
      body,
    ]);
    expect(announced).toMatchObject({ status: 413, body: error() });
    const head = postHead(gateway.port, testKey, 0, { 'transfer-encoding': 'chunked' }).replace(
      'content-length: 0\r\n',
      '',
    );
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const chunked = await sendRaw(gateway.port, [head, ...Array.from({ length: 10 }, () => chunk)]);
    expect(chunked).toMatchObject({ status: 413, body: error() });
  });

  it('refuses other kinds of bodies with 415', async () => {
    const response = await post('model=tiny', { 'content-type': 'text/plain' });
    expect([response.status, await response.json()]).toMatchObject([415, error()]);
  });

  it('refuses a client that has no key or a wrong one before reading the body', async () => {
    const strangers = [{}, { authorization: 'Bearer mm-wrong' }, { authorization: testKey }];
    for (const stranger of strangers) {
      const response = await fetch(`${url}/v1/models`, { headers: stranger });
      expect([response.status, await response.json()]).toEqual([
        401,
        error({ param: null, code: 'invalid_api_key' }),
      ]);
    }
    const head = postHead(gateway.port, 'wrong', 5_000_000);
    expect(await sendRaw(gateway.port, [head])).toMatchObject({ status: 401 });
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
  });

  it('is deaf to names that are not its own', async () => {
    for (const host of ['evil.example', `evil.example:${gateway.port}`]) {
      const head = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
      expect(await sendRaw(gateway.port, [head])).toMatchObject({ status: 403, body: error() });
    }
    const nameless = await sendRaw(gateway.port, ['GET /healthz HTTP/1.0\r\n\r\n']);
    expect(nameless.status).toBe(403);
  });

  it('never lets a page of another origin in', async () => {
    const preflight = await fetch(`${url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect([preflight.status, await preflight.json()]).toMatchObject([403, error()]);
    const simple = await fetch(`${url}/v1/models`, {
      headers: { ...headers, origin: 'https://evil.example' },
    });
    for (const response of [preflight, simple]) {
      const names = [...response.headers.keys()];
      expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('answers what it does not have with 404', async () => {
    const paths = ['/', '/v1', '/v1/completions', '/v1/models/none'];
    for (const path of paths) {
      const response = await fetch(url + path, { headers });
      expect([path, response.status, await response.json()]).toMatchObject([path, 404, error()]);
    }
    const { authorization } = headers;
    const removal = { method: 'DELETE', headers: { authorization } };
    expect((await fetch(`${url}/v1/models`, removal)).status).toBe(404);
    const endless = await fetch(`${url}/v1/models/${'x'.repeat(2000)}`, { headers });
    expect([endless.status, await endless.json()]).toMatchObject([414, error()]);
    const unreadable = await fetch(`${url}/v1/models/%E0%A4%A`, { headers });
    expect([unreadable.status, await unreadable.json()]).toMatchObject([400, error()]);
  });

  it('gives up on clients that send slowly', async () => {
    const head = postHead(gateway.port, testKey, 1000);
    const slowHeaders = sendRaw(gateway.port, head.split(''), 50);
    expect(await slowHeaders).toMatchObject({ status: 408, body: error() });
    const slowBody = sendRaw(gateway.port, [head, ...'{"model":"tiny"}'.split('')], 100);
    expect(await slowBody).toMatchObject({ status: 408, body: error() });
  });

  it('refuses floods of headers, and what is no HTTP', async () => {
    const start = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
    const many = Array.from({ length: 10_000 }, (_, index) => `x-${index}: 1\r\n`);
    expect(await sendRaw(gateway.port, [start, many.join('')])).toMatchObject({
      status: 431,
      body: error(),
    });
    const long = await sendRaw(gateway.port, [start, `x: ${'y'.repeat(100_000)}\r\n`]);
    expect(long).toMatchObject({ status: 431, body: error() });
    expect(await sendRaw(gateway.port, ['\u0016\u0003\u0001 not HTTP\r\n\r\n'])).toMatchObject({
      status: 400,
      body: error(),
    });
  });

  it('says which port is taken and what to do', async () => {
    await expect(startTestGateway(model, { port: gateway.port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(`Port ${gateway.port}`),
      advice: 'choose-api-port',
    });
  });
});

function deepSchemaRequest(depth: number): string {
  const schema = `${'{"type":"array","items":'.repeat(depth)}{}${'}'.repeat(depth)}`;
  const format = `{"type":"json_schema","json_schema":{"name":"a","schema":${schema}}}`;
  return `{"model":"tiny","messages":[{"role":"user","content":"a"}],"response_format":${format}}`;
}
