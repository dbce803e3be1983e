import { describe, expect, it } from 'vitest';
import { ManualClock, settle } from '../../../test/support/gateway/gateway-clock.ts';
import { TokenBucket } from './token-bucket.ts';

const signal = new AbortController().signal;

function take(bucket: TokenBucket, log: string[], name: string, bytes: number): void {
  void bucket.take(bytes, signal).then(() => log.push(name));
}

describe('TokenBucket', () => {
  it('lets a second’s worth through at once, and then no more than the rate', async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(1000, clock);
    let bytes = 0;
    for (let index = 0; index < 100; index += 1) {
      void bucket.take(100, signal).then(() => (bytes += 100));
    }
    await settle();
    expect(bytes).toBe(1000);
    for (let second = 1; second <= 5; second += 1) {
      await clock.pass(1000);
      expect(bytes).toBeGreaterThanOrEqual(1000 + second * 1000 - 100);
      expect(bytes).toBeLessThanOrEqual(1000 + second * 1000 + 100);
    }
  });

  it('keeps the order, and makes the next one wait for the debt of a large piece', async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(1000, clock);
    const log: string[] = [];
    take(bucket, log, 'large', 5000);
    take(bucket, log, 'small', 1);
    take(bucket, log, 'last', 1);
    await settle();
    expect(log).toEqual(['large']);
    await clock.pass(3990);
    expect(log).toEqual(['large']);
    await clock.pass(20);
    expect(log).toEqual(['large', 'small', 'last']);
  });

  it('does not save up unused seconds', async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(1000, clock);
    await clock.pass(60_000);
    const log: string[] = [];
    take(bucket, log, 'a', 1000);
    take(bucket, log, 'b', 1000);
    await settle();
    expect(log).toEqual(['a']);
  });

  it('applies a new rate at once, also to callers that wait', async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(1, clock);
    const log: string[] = [];
    take(bucket, log, 'first', 1000);
    take(bucket, log, 'second', 1000);
    await settle();
    bucket.setRate(1_000_000);
    await clock.pass(2);
    expect(log).toEqual(['first', 'second']);
    bucket.setRate(null);
    take(bucket, log, 'third', 1e12);
    take(bucket, log, 'fourth', 1e12);
    await settle();
    expect(log).toHaveLength(4);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not let callers that leave delay the others', async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(1000, clock);
    const leaving = new AbortController();
    const log: string[] = [];
    take(bucket, log, 'first', 2000);
    const left = bucket.take(1_000_000, leaving.signal);
    take(bucket, log, 'third', 10);
    leaving.abort(new Error('Gone'));
    await expect(left).rejects.toThrow('Gone');
    await clock.pass(1100);
    expect(log).toEqual(['first', 'third']);
    await expect(bucket.take(1, leaving.signal)).rejects.toThrow('Gone');
  });
});
