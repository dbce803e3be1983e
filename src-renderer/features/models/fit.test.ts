import { expect, it } from 'vitest';
import { fitOf } from './fit.ts';

it('a model fits with room for conversations to spare', () => {
  expect([7e9, 7.5e9].map((weights) => fitOf(weights, 8e9))).toEqual(['fits', 'too large']);
  expect(fitOf(1, undefined)).toBe('unknown');
});
