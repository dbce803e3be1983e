import { describe, expect, it } from 'vitest';
import { type PauseReason, pauseReasonNames } from '../../../src-shared/duty.ts';
import { canBeSwitchedOff, reasonEnd } from './reason-words.ts';

const game: PauseReason = {
  name: 'game running',
  reason: { code: 'program-running', names: ['Hades'], others: 0 },
  isSeen: true,
  clearsAt: null,
};

describe('how a reason to pause ends', () => {
  it('is said in words about its cause while that stands', () => {
    expect(reasonEnd(game)).toBe('Ends a moment after the game is closed.');
    for (const name of pauseReasonNames) {
      expect(reasonEnd({ ...game, name })).toMatch(/^[A-Z].+\.$/);
    }
  });

  it('is a time once the cause is gone', () => {
    const clearsAt = new Date(2026, 5, 15, 12, 2).getTime();
    expect(reasonEnd({ ...game, clearsAt })).toBe('Ends at 12:02 if it stays quiet.');
    expect(reasonEnd({ ...game, isSeen: false, clearsAt })).toContain('12:02');
  });

  it('may be up to the owner where nothing tells', () => {
    const unknown = { ...game, isSeen: false };
    expect(reasonEnd(unknown)).toContain('What is not known never counts as idle');
    expect([unknown, game, { ...unknown, clearsAt: 1 }].map(canBeSwitchedOff)).toEqual([
      true,
      false,
      false,
    ]);
  });
});
