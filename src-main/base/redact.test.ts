import { describe, expect, it } from 'vitest';
import { redactDetails, redactText } from './redact.ts';

describe('what is written to the log', () => {
  it('has no keys, tokens or cookies in its sentences', () => {
    const text = redactText(
      'asked with Bearer abc.def-123 and mm-0123456789abcdef at http://127.0.0.1:1/open?token=s3cret&x=1',
    );
    expect(text).toBe('asked with Bearer … and mm-… at http://127.0.0.1:1/open?token=…&x=1');
  });

  it('has nothing that people wrote or received, however deep it lies', () => {
    const details = redactDetails({
      request: { messages: [{ role: 'user', content: 'my diary' }], prompt: 'dear' },
      apiKey: 'short',
      headers: { Authorization: 'Basic x', cookie: 'a=b', host: 'localhost' },
      answer: 'yes',
    });
    expect(details).toEqual({
      request: { messages: '…', prompt: '…' },
      apiKey: '…',
      headers: { Authorization: '…', cookie: '…', host: 'localhost' },
      answer: '…',
    });
  });

  it('keeps what helps: counts of tokens, peers, reasons', () => {
    const details = { tokens: 12, tokensPerSecond: 3.5, peer: '12D3KooW', layers: [0, 3] };
    expect(redactDetails(details)).toEqual(details);
  });

  it('is of bounded size and depth', () => {
    const deep: Record<string, unknown> = {};
    let at = deep;
    for (let level = 0; level < 100; level += 1) {
      at = at['next'] = {} as Record<string, unknown>;
    }
    expect(JSON.stringify(redactDetails(deep)).length).toBeLessThan(200);
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`n${index}`, 1]));
    expect(Object.keys(redactDetails(wide))).toHaveLength(100);
    expect(redactText('x'.repeat(1_000_000))).toHaveLength(4000);
  });
});
