import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claimant, placeFor, placesForOthers } from './session-places.ts';

const owner: Claimant = { peer: 'this node', kind: 'owner' };

function stranger(name: string): Claimant {
  return { peer: name, kind: 'stranger' };
}

describe('the sessions of a shard', () => {
  it('are two for a stranger, however many are free', () => {
    const mallory = stranger('mallory');
    expect(placeFor(mallory, 8, [mallory])).toBe('free');
    expect(placeFor(mallory, 8, [mallory, mallory])).toBe('own-limit');
    expect(placeFor(stranger('alice'), 8, [mallory, mallory])).toBe('free');
  });

  it('are all but the last one for a member of the same pool', () => {
    const friend: Claimant = { peer: 'friend', kind: 'trusted' };
    expect(placeFor(friend, 4, [friend, friend])).toBe('free');
    expect(placeFor(friend, 4, [friend, friend, friend])).toBe('taken');
    expect(placeFor(owner, 4, [friend, friend, friend])).toBe('free');
  });

  it('are all for others once the owner has one, and where the shard has only one', () => {
    const [alice, bob] = [stranger('alice'), stranger('bob')];
    expect(placeFor(bob, 3, [owner, alice])).toBe('free');
    expect(placeFor(bob, 1, [])).toBe('free');
  });

  it('are never all taken by others while the owner has none', () => {
    const peers = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 40 });
    fc.assert(
      fc.property(peers, fc.integer({ min: 2, max: 8 }), fc.boolean(), (names, places, isPool) => {
        const taken: Claimant[] = [];
        for (const peer of names) {
          const claimant: Claimant = { peer, kind: isPool ? 'trusted' : 'stranger' };
          if (placeFor(claimant, places, taken) === 'free') {
            taken.push(claimant);
          }
        }
        expect(placeFor(owner, places, taken)).toBe('free');
        expect(placesForOthers(places, taken)).toBe(places - 1 - taken.length);
      }),
    );
  });
});
