import { expect, it } from 'vitest';
import { dutySchema, type PauseCause, pauseReasonNames } from './duty.ts';
import { causeWords } from './words/words.ts';

const noon = { wallMs: Date.UTC(2026, 5, 15, 12), zone: () => 0 };

const causes: PauseCause[] = [
  { code: 'asked', choice: 'until restart', until: null },
  { code: 'failed', message: 'The engine has died', retryAt: noon.wallMs },
  { code: 'too-hot', card: null, celsius: 95 },
  { code: 'heat-unknown', card: '', missing: { code: 'failed', message: 'no sensor' } },
  { code: 'program-running', names: ['Hades'], others: 3 },
  { code: 'outside-hours', opensAt: null },
  { code: 'in-use', minutes: 1 },
  ...pauseReasonNames.map((name) => ({ code: 'gone' as const, name })),
];

it.each(causes)(
  'a cause crosses the API as its code and parameters, and has words: %j',
  (reason) => {
    const duty = {
      state: 'paused',
      reasons: [{ name: 'user', reason, isSeen: true, clearsAt: null }],
    };
    expect(dutySchema.parse(JSON.parse(JSON.stringify(duty)))).toEqual(duty);
    expect(causeWords(reason, noon)).toMatch(/^\S.*[^.]$/);
  },
);
