import { describe, expect, it } from 'vitest';
import {
  audienceOfOffers,
  includesMember,
  mayBeNamed,
  noPeers,
  withoutPool,
  withPool,
} from './audience.ts';

const stranger = { isPoolOnly: false, pools: [] };
const member = { isPoolOnly: false, pools: ['home'] };
const hidden = { isPoolOnly: true, pools: ['home', 'work'] };

describe('the audience of a model', () => {
  it('of a model from peers is all peers only where a stranger offers it to all', () => {
    expect(audienceOfOffers([member, stranger])).toBe('everybody');
    expect(audienceOfOffers([member, hidden])).toEqual(['home', 'work']);
    expect(audienceOfOffers([{ isPoolOnly: true, pools: [] }])).toEqual([]);
    expect(audienceOfOffers([])).toEqual([]);
  });

  it('includes the members of its pools, and no peer where it has no pool', () => {
    expect(includesMember('everybody', [])).toBe(true);
    expect(includesMember(['home'], ['work', 'home'])).toBe(true);
    expect(includesMember(['home'], ['work'])).toBe(false);
    expect(includesMember(['home'], [])).toBe(false);
    expect(includesMember(noPeers, ['home'])).toBe(false);
  });

  it('must include all readers of a record that names the model', () => {
    expect(mayBeNamed('everybody', undefined)).toBe(true);
    expect(mayBeNamed(['home'], undefined)).toBe(false);
    expect(mayBeNamed(['home'], ['home'])).toBe(true);
    expect(mayBeNamed(['home'], ['home', 'work'])).toBe(false);
    expect(mayBeNamed(noPeers, [])).toBe(false);
  });

  it('grows and shrinks with the pools to which the owner offers the model', () => {
    expect(withPool(noPeers, 'home')).toEqual(['home']);
    expect(withPool(['home'], 'home')).toEqual(['home']);
    expect(withoutPool(['home', 'work'], 'home')).toEqual(['work']);
    expect(withPool('everybody', 'home')).toBe('everybody');
    expect(withoutPool('everybody', 'home')).toBe('everybody');
  });
});
