import { describe, expect, it } from 'vitest';
import type { PoolMember } from '../../../src-shared/pool.ts';
import { chooseMember, choosePool } from './choose.ts';

function member(name: string, peer: string): PoolMember {
  const rest = {
    role: 'member' as const,
    isSelf: false,
    connected: true,
    issuedAt: 0,
    expiresAt: 1,
  };
  return { name, peer, ...rest };
}

const members = [
  member('laptop', '12D3KooWaaaaaaaaLaptop01'),
  member('Laptop01', '12D3KooWbbbbbbbbbbbbDesk'),
  member('phone', '12D3KooWccccccccccPhone1'),
  member('phone', '12D3KooWddddddddddPhone2'),
];

describe('the choice of a pool or member', () => {
  it.each([
    ['laptop', 0],
    ['12D3KooWaaaaaaaaLaptop01', 0],
    // A full name comes before the end of another member's id.
    ['Laptop01', 1],
    ['…bbDesk', 1],
    ['Phone2', 3],
  ])('by %s is clear', (choice, index) => {
    expect(chooseMember('Friends', members, choice)).toBe(members[index]);
  });

  it.each([
    ['phone', 'several members'],
    ['Desk', 'no member'],
    ['nobody at all', 'no member'],
    ['12D3KooW', 'no member'],
  ])('by %s is not clear, and is refused with what to do', (choice, words) => {
    expect(() => chooseMember('Friends', members, choice)).toThrow(words);
  });

  it('needs a pool of this machine', () => {
    expect(() => choosePool([], undefined)).toThrow('in no pool');
    expect(() => choosePool([], 'Friends')).toThrow('in no pool "Friends"');
  });
});
