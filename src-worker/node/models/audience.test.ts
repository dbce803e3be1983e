import { describe, expect, it } from 'vitest';
import {
  audienceOfOffers,
  includesMember,
  mayBeNamed,
  nobody,
  withoutPool,
  withPool,
} from './audience.ts';

const stranger = { isPoolOnly: false, pools: [] };
const member = { isPoolOnly: false, pools: ['home'] };
const hidden = { isPoolOnly: true, pools: ['home', 'work'] };

describe('the audience of a model', () => {
  it('that came from peers is all peers only where a stranger offers it to all', () => {
    expect(audienceOfOffers([member, stranger])).toBe('everybody');
    expect(audienceOfOffers([member, hidden])).toEqual(['home', 'work']);
    expect(audienceOfOffers([{ isPoolOnly: true, pools: [] }])).toEqual([]);
    expect(audienceOfOffers([])).toEqual([]);
  });

  it('of a pool is its members, and of no pool is no peer', () => {
    expect(includesMember('everybody', [])).toBe(true);
    expect(includesMember(['home'], ['work', 'home'])).toBe(true);
    expect(includesMember(['home'], ['work'])).toBe(false);
    expect(includesMember(['home'], [])).toBe(false);
    expect(includesMember(nobody, ['home'])).toBe(false);
  });

  it('has to hold all readers of a record that names the model', () => {
    expect(mayBeNamed('everybody', undefined)).toBe(true);
    expect(mayBeNamed(['home'], undefined)).toBe(false);
    expect(mayBeNamed(['home'], ['home'])).toBe(true);
    expect(mayBeNamed(['home'], ['home', 'work'])).toBe(false);
    expect(mayBeNamed(nobody, [])).toBe(false);
  });

  it('grows and shrinks with what the owner offers', () => {
    expect(withPool(nobody, 'home')).toEqual(['home']);
    expect(withPool(['home'], 'home')).toEqual(['home']);
    expect(withoutPool(['home', 'work'], 'home')).toEqual(['work']);
    expect(withPool('everybody', 'home')).toBe('everybody');
    expect(withoutPool('everybody', 'home')).toBe('everybody');
  });
});
