import { describe, expect, it } from 'vitest';
import { hasFeature, isFormer, ownSpeaks, speaksSchema } from './speaks.ts';

describe('the protocol version of a node', () => {
  it('is read from later versions too, without unknown members', () => {
    const later = { version: 9, features: ['mind-reading'], dialect: 'northern' };
    const speaks = speaksSchema.parse(later);
    expect(speaks).toEqual({ version: 9, features: ['mind-reading'] });
    expect(isFormer(speaks)).toBe(false);
    expect(hasFeature(speaks, 'mind-reading')).toBe(true);
    expect(hasFeature(speaks, 'telepathy')).toBe(false);
  });

  it('is the former version where a peer does not name one', () => {
    expect(isFormer(undefined)).toBe(true);
    expect(hasFeature(undefined, 'mind-reading')).toBe(false);
    expect(isFormer(ownSpeaks)).toBe(false);
  });

  it.each([
    ['many features', { version: 2, features: Array.from({ length: 33 }, String) }],
    ['a long feature', { version: 2, features: ['x'.repeat(33)] }],
    ['no version', { features: [] }],
  ])('is bounded: %s', (_title, speaks) => {
    expect(speaksSchema.safeParse(speaks).success).toBe(false);
  });

  it('is within the bounds for this node', () => {
    expect(speaksSchema.parse(ownSpeaks)).toEqual(ownSpeaks);
  });
});
