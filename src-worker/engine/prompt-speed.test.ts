import { describe, expect, it } from 'vitest';
import { PromptSpeed } from './prompt-speed.ts';

describe('PromptPace', () => {
  it('allows as many tokens as take a tenth of a second', () => {
    const pace = new PromptSpeed();
    pace.record(512, 1024);
    expect(pace.tokens).toBe(50);
  });

  it('follows a machine that becomes slower or faster, but not a single batch', () => {
    const pace = new PromptSpeed();
    pace.record(100, 100);
    pace.record(100, 1000);
    expect(pace.tokens).toBe(27);
    for (let batch = 0; batch < 30; batch += 1) {
      pace.record(100, 50);
    }
    expect(pace.tokens).toBeGreaterThan(190);
  });

  it('learns nothing from small batches, and never allows so few that a prompt would not get on', () => {
    const pace = new PromptSpeed();
    pace.record(1, 40);
    expect(pace.tokens).toBe(64);
    pace.record(100, 60_000);
    expect(pace.tokens).toBe(16);
  });
});
