import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../src-shared/errors.ts';
import {
  expectAllFree,
  prompt,
  request,
  signal,
} from '../../../../test/support/sessions/coordinator-requests.ts';
import {
  collect,
  expectedTokens,
  FakeMesh,
  greedy,
} from '../../../../test/support/sessions/node-fake-mesh.ts';

const codes: ErrorCode[] = ['request-invalid', 'context-too-long'];
const advert = 'Your licence has run out.\n\u001b[31mRenew it at\u202e "https://evil.example"';

describe('a stage that says that the request is at fault', () => {
  it.each(codes)(
    'with %s is avoided, and its refusal counts as wrong once another chain has answered',
    async (code) => {
      const mesh = new FakeMesh();
      const liar = await mesh.addRefusing('a', () => ({ code, message: advert }));
      const honest = await mesh.add('b', [0, 5]);
      const { tokens, error } = await collect(
        mesh.coordinator('me').generate(request({ maxAnswerTokens: 5 }), signal()),
      );
      expect(error).toBeUndefined();
      expect(tokens).toEqual(expectedTokens(prompt, 5));
      expect(liar.asked).toBe(1);
      expect(mesh.wrongRefusals).toEqual(['a']);
      await expectAllFree(honest);
    },
  );

  it('is believed in the end, as a quotation of one line, when all peers say so', async () => {
    const mesh = new FakeMesh();
    const refusals = [
      await mesh.addRefusing('a', () => ({ code: 'request-invalid', message: 'No' })),
      await mesh.addRefusing('b', () => ({ code: 'request-invalid', message: advert })),
    ];
    const { tokens, error } = await collect(mesh.coordinator('me').generate(request(), signal()));
    expect(tokens).toEqual([]);
    expect(error).toMatchObject({
      code: 'request-invalid',
      message:
        'Peer …b (layers 0 to 5) refused the request. ' +
        `It said: "Your licence has run out. [31mRenew it at 'https://evil.example'"`,
    });
    expect(refusals.map(({ asked }) => asked)).toEqual([1, 1]);
    expect(mesh.wrongRefusals).toEqual([]);
  });

  it('cannot say so for another stage of the route', async () => {
    const mesh = new FakeMesh();
    const liar = await mesh.addRefusing('a', () => ({
      code: 'request-invalid',
      message: '',
      peer: 'b',
    }));
    await mesh.add('b', [0, 5]);
    const { error } = await collect(mesh.coordinator('me').generate(request(), signal()));
    expect(error).toBeUndefined();
    expect(liar.asked).toBe(1);
    expect(mesh.wrongRefusals).toEqual(['a']);
  });

  it('is not tried again later, unlike one that failed', async () => {
    const mesh = new FakeMesh();
    let refusals = 0;
    await mesh.addRefusing('a', () => {
      refusals += 1;
      return { code: 'context-too-long', message: 'It is full.' };
    });
    // The clock stands still, so an answer that waited would never end.
    const { error } = await collect(mesh.coordinator('me').generate(request(), signal()));
    expect(error).toMatchObject({ code: 'context-too-long' });
    expect(refusals).toBe(1);
  });
});

describe('the text of a stage’s failure', () => {
  it('is cut to one line, whatever its code', async () => {
    const mesh = new FakeMesh();
    await mesh.addRefusing('a', () => ({
      code: 'over-capacity',
      message: 'x\n'.repeat(2000),
    }));
    const { error } = await collect(mesh.coordinator('me').generate(request(), signal()));
    expect(error?.message).toMatch(/^Peer …a \(layers 0 to 5\) failed\. It said: "(x ?)+…"$/);
    expect(error?.message.length).toBeLessThan(260);
  });
});

describe('a request that every honest stage would refuse', () => {
  it('is refused before any stage is asked', async () => {
    const mesh = new FakeMesh();
    const stage = await mesh.addRefusing('a', () => ({ code: 'request-invalid', message: '' }));
    const sampling = { ...greedy, grammar: 'root ::= missing' };
    const { error } = await collect(
      mesh.coordinator('me').generate(request({ sampling }), signal()),
    );
    expect(error?.code).toBe('request-invalid');
    expect(error?.message).toContain('missing');
    expect(stage.asked).toBe(0);
  });
});
