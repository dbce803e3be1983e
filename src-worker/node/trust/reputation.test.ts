import { describe, expect, it } from 'vitest';
import { Reputation } from './reputation.ts';

function bookWithClock(): { book: Reputation; clock: { now: number } } {
  const clock = { now: 0 };
  return { book: new Reputation(() => clock.now), clock };
}

describe('the reputation of a peer', () => {
  it('is 1 until a fault is known, and falls more for lies than for failures', () => {
    const { book } = bookWithClock();
    expect(book.of('honest')).toBe(1);
    book.lower('unlucky', 'failed');
    book.lower('liar', 'lied');
    expect(book.of('unlucky')).toBeCloseTo(2 / 3);
    expect(book.of('liar')).toBeCloseTo(0.2);
    expect(book.of('honest')).toBe(1);
  });

  it('falls with every fault, but never to 0', () => {
    const { book } = bookWithClock();
    let before = 1;
    for (let fault = 0; fault < 4; fault += 1) {
      book.lower('liar', 'lied');
      expect(book.of('liar')).toBeLessThan(before);
      before = book.of('liar');
    }
    for (let fault = 0; fault < 1000; fault += 1) {
      book.lower('liar', 'lied');
    }
    expect(book.of('liar')).toBeGreaterThan(0.04);
  });

  it('recovers with time, and in the end nothing is remembered', () => {
    const { book, clock } = bookWithClock();
    book.lower('unlucky', 'failed');
    clock.now += 10 * 60_000;
    expect(book.of('unlucky')).toBeCloseTo(0.8);
    clock.now += 60 * 60_000;
    expect(book.of('unlucky')).toBe(1);
    expect(book.size).toBe(0);
  });

  it('that is restored later counts the time that passed', () => {
    const { book, clock } = bookWithClock();
    book.lower('unlucky', 'failed');
    book.lower('liar', 'lied');
    clock.now += 5000;
    const later = bookWithClock().book;
    later.restore(book.blamed(), 10 * 60_000 - 5000);
    clock.now = 10 * 60_000;
    expect(later.of('liar')).toBeCloseTo(book.of('liar'));
    expect(later.of('liar')).toBeCloseTo(1 / 3);
    expect(later.of('unlucky')).toBeCloseTo(0.8);
    expect(later.of('honest')).toBe(1);
  });

  it('is stored for a bounded number of peers: the oldest is forgotten first', () => {
    const { book } = bookWithClock();
    for (let index = 0; index < 10_000; index += 1) {
      book.lower(`peer ${index}`, 'violated');
    }
    expect(book.size).toBe(4096);
    expect(book.of('peer 0')).toBe(1);
    expect(book.of('peer 9999')).toBeLessThan(1);
  });
});
