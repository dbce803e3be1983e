import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InviteBook, maxInvites, storedInviteSchema } from './invite-book.ts';

const hour = 3_600_000;

function bookAt(start: number): { readonly book: InviteBook; clock: { now: number } } {
  const clock = { now: start };
  return { book: new InviteBook([], () => clock.now), clock };
}

describe('a book of invites', () => {
  it('admits as many peers as an invite has uses, each of them any number of times', () => {
    const { book } = bookAt(0);
    book.add('secret', 'guest', 2, hour);
    expect(book.redeem('secret', 'a')).toMatchObject({ role: 'guest', isAgain: false });
    expect(book.redeem('secret', 'a')).toMatchObject({ role: 'guest', isAgain: true });
    expect(book.redeem('secret', 'b')).toMatchObject({ isAgain: false });
    expect(book.redeem('secret', 'c')).toEqual({ refusal: 'invite-used-up' });
    expect(book.redeem('secret', 'b')).toMatchObject({ isAgain: true });
    expect(book.open()).toEqual([]);
  });

  it('takes back a use when admitting the peer failed', () => {
    const { book } = bookAt(0);
    book.add('secret', 'member', 1, hour);
    const first = book.redeem('secret', 'a');
    expect(first.refusal).toBeUndefined();
    if (first.refusal === undefined) {
      first.undo();
    }
    expect(book.open()).toMatchObject([{ usesLeft: 1 }]);
    expect(book.redeem('secret', 'b')).toMatchObject({ isAgain: false });
  });

  it('refuses expired, closed and unknown invites with different reasons', () => {
    const { book, clock } = bookAt(0);
    const { id } = book.add('secret', 'member', 5, hour);
    clock.now = hour;
    expect(book.redeem('secret', 'a')).toEqual({ refusal: 'invite-expired' });
    expect(book.revoke(id)).toBe(true);
    expect(book.revoke(id)).toBe(false);
    expect(book.redeem('secret', 'a')).toEqual({ refusal: 'invite-unknown' });
    expect(book.redeem('other', 'a')).toEqual({ refusal: 'invite-unknown' });
  });

  it('stores no secret, and continues from its stored state', () => {
    const { book } = bookAt(0);
    book.add('secret', 'member', 3, hour);
    book.redeem('secret', '12D3KooWBxuJzf3YypsNY7no8atFb7kiPcLn2Uy24yXFLE9PWx1M');
    const stored = JSON.parse(JSON.stringify(book.stored()));
    expect(JSON.stringify(stored)).not.toContain('"secret"');
    const again = new InviteBook(
      stored.map((each: unknown) => storedInviteSchema.parse(each)),
      () => 0,
    );
    expect(again.open()).toMatchObject([{ usesLeft: 2 }]);
    expect(again.redeem('secret', 'b')).toMatchObject({ isAgain: false });
  });

  it('forgets invites that expired a day ago, and has a limit of open ones', () => {
    const { book, clock } = bookAt(0);
    for (let index = 0; index < maxInvites; index += 1) {
      book.add(`secret ${index}`, 'member', 1, hour);
    }
    expect(() => book.add('one more', 'member', 1, hour)).toThrow('open invites');
    book.redeem('secret 7', 'a');
    book.add('in place of the used one', 'member', 1, hour);
    clock.now = 26 * hour;
    expect(book.stored()).toEqual([]);
  });

  it('never admits more peers than it has uses, in any order of requests', () => {
    const peers = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(peers), (uses, asking) => {
        const { book } = bookAt(0);
        book.add('secret', 'member', uses, hour);
        const letIn = asking.filter((peer) => book.redeem('secret', peer).refusal === undefined);
        expect(new Set(letIn).size).toBeLessThanOrEqual(uses);
        expect(new Set(letIn)).toEqual(new Set([...new Set(asking)].slice(0, uses)));
      }),
    );
  });
});
