import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionBook } from './session-book.ts';

const trusted = { peer: 'a friend', kind: 'trusted' } as const;
const owner = { peer: 'this node', kind: 'owner' } as const;

function book(maxSessions = 4, cells = 1000): SessionBook<string> {
  return new SessionBook<string>('The shard', maxSessions, cells);
}

describe('a session book', () => {
  it('never gives a number twice', () => {
    const sessions = book(1);
    const first = sessions.enter({ sequenceTokens: 1, cells: 10, claimant: owner }, 'first');
    sessions.remove(first);
    sessions.remove(first);
    expect(sessions.freeSessions).toBe(1);
    const second = sessions.enter({ sequenceTokens: 1, cells: 10, claimant: owner }, 'second');
    expect(second).toBeGreaterThan(first);
    expect(sessions.get(first)).toBeUndefined();
    expect(sessions.get(second)).toBe('second');
  });

  it('refuses one session more than it has', () => {
    const sessions = book(2);
    sessions.enter({ sequenceTokens: 1, cells: 10, claimant: owner }, '');
    sessions.enter({ sequenceTokens: 1, cells: 10, claimant: owner }, '');
    expect(() => sessions.enter({ sequenceTokens: 1, cells: 10, claimant: owner }, '')).toThrow(
      'All 2 sessions of The shard are taken',
    );
  });

  it('refuses a session that it could never hold', () => {
    expect(() => book().enter({ sequenceTokens: 1, cells: 1001, claimant: owner }, '')).toThrow(
      'The shard holds 1000 tokens; the session asks for 1001',
    );
  });

  it('lets a session grow to all cells while it is alone, but not when others have come', () => {
    const sessions = book();
    const long = sessions.enter({ sequenceTokens: 10, cells: 1000, claimant: owner }, 'long');
    sessions.claim(long, 600);
    expect(sessions.freeCells).toBe(400);
    sessions.enter({ sequenceTokens: 10, cells: 1000, claimant: owner }, 'late');
    expect(sessions.freeCells).toBe(150);
    sessions.claim(long, 750);
    expect(sessions.claim(long, 751)).toBe(false);
    expect(sessions.freeCells).toBe(0);
  });

  it('reserves an equal share for a session that has not used it yet', () => {
    const sessions = book(2, 1000);
    const late = sessions.enter({ sequenceTokens: 1, cells: 500, claimant: owner }, 'late');
    const greedy = sessions.enter({ sequenceTokens: 1, cells: 1000, claimant: owner }, 'greedy');
    sessions.claim(greedy, 500);
    expect(sessions.claim(greedy, 501)).toBe(false);
    expect(sessions.claim(late, 500)).toBe(true);
  });

  it('refuses a prompt that does not fit beside the others', () => {
    const sessions = book(4, 1000);
    sessions.enter({ sequenceTokens: 700, cells: 1000, claimant: owner }, '');
    expect(() => sessions.enter({ sequenceTokens: 301, cells: 400, claimant: owner }, '')).toThrow(
      '300 of its 1000 tokens are free',
    );
    sessions.enter({ sequenceTokens: 300, cells: 400, claimant: owner }, '');
  });

  it('never promises more cells than there are, and gets all of them back', () => {
    const action = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 5 }), fc.nat({ max: 1200 }));
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const sessions = book();
        const numbers: number[] = [];
        for (const [kind, which, tokens] of actions) {
          try {
            if (kind === 0) {
              const claim = {
                sequenceTokens: Math.min(1 + which, tokens + 1),
                cells: tokens + 1,
                claimant: which % 2 === 0 ? owner : trusted,
              };
              numbers.push(sessions.enter(claim, ''));
            } else if (kind === 1) {
              sessions.claim(numbers[which] ?? 0, tokens);
            } else {
              sessions.remove(numbers[which] ?? 0);
            }
          } catch {
            // A refusal must change nothing, which the balance below checks.
          }
          expect(sessions.freeCells).toBeGreaterThanOrEqual(0);
          expect(sessions.freeSessions).toBeGreaterThanOrEqual(0);
        }
        numbers.forEach((number) => sessions.remove(number));
        expect([sessions.freeCells, sessions.freeSessions]).toEqual([1000, 4]);
      }),
    );
  });
});
