import { describe, expect, it } from 'vitest';
import { PromptSpeed } from './prompt-speed.ts';

describe('PromptSpeed', () => {
  it('allows as many tokens as take a tenth of a second', () => {
    const speed = new PromptSpeed();
    speed.record(512, 1024);
    expect(speed.tokens).toBe(50);
  });

  it('follows a machine that becomes slower or faster, but not a single batch', () => {
    const speed = new PromptSpeed();
    speed.record(100, 100);
    speed.record(100, 1000);
    expect(speed.tokens).toBe(27);
    for (let batch = 0; batch < 30; batch += 1) {
      speed.record(100, 50);
    }
    expect(speed.tokens).toBeGreaterThan(190);
  });

  it('ignores small batches, and always allows enough tokens for a prompt to make progress', () => {
    const speed = new PromptSpeed();
    speed.record(1, 40);
    expect(speed.tokens).toBe(64);
    speed.record(100, 60_000);
    expect(speed.tokens).toBe(16);
  });
});
