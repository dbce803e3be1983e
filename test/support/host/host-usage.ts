/** Usage entries for tests, with plausible values for what a test does not set. */
import type { Receipt } from '../../../src-shared/chat.ts';
import type { Usage } from '../../../src-shared/api/usage.ts';

export function receipt(given: Partial<Receipt> = {}): Receipt {
  return {
    model: 'demo',
    stages: [
      { peer: '12D3KooWFirst', firstLayer: 0, lastLayer: 3, computeMs: 1.5, hopMs: 0.2 },
      { peer: '12D3KooWLast', firstLayer: 4, lastLayer: 7, computeMs: 1.6, hopMs: 0.3 },
    ],
    promptTokens: 10,
    tokens: 5,
    tokensPerSecond: 40,
    firstTokenMs: 20,
    totalMs: 150,
    ...given,
  };
}

export function askedUsage(given: { at?: number; tokens?: number } = {}): Usage {
  return {
    kind: 'asked',
    at: given.at ?? Date.now(),
    promptTokens: 10,
    receipt: receipt({ tokens: given.tokens ?? 5 }),
  };
}

export function servedUsage(given: { at?: number; tokens?: number } = {}): Usage {
  return {
    kind: 'served',
    at: given.at ?? Date.now(),
    requester: '12D3KooWRequester',
    manifestId: 'a'.repeat(64),
    model: 'demo',
    layers: { firstLayer: 0, lastLayer: 3 },
    tokens: given.tokens ?? 5,
    computeMs: 3.25,
  };
}
