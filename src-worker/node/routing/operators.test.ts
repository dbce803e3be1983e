import { expect, it } from 'vitest';
import { peer } from '../../../test/support/sessions/route-questions.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import { operatorsOf } from './operators.ts';

const at = (name: string, ...addresses: string[]): KnownPeer =>
  peer(name, [], { says: { addresses } });

function sameOperator(one: KnownPeer, other: KnownPeer, own: readonly string[] = []): boolean {
  const operators = operatorsOf([one, other], 'me', new Set(own));
  const of = (known: KnownPeer): string => operators.get(known.peer) ?? known.peer;
  return of(one) === of(other);
}

it.each([
  ['the same public address', '/ip4/203.0.113.7/tcp/1', '/ip4/203.0.113.7/tcp/2', true],
  ['other public addresses', '/ip4/203.0.113.7/tcp/1', '/ip4/203.0.113.8/tcp/1', false],
  ['one home in IPv6', '/ip6/2001:db8:1:2::5/tcp/1', '/ip6/2001:0db8:1:2:9::/tcp/1', true],
  ['two homes in IPv6', '/ip6/2001:db8:1:2::5/tcp/1', '/ip6/2001:db8:1:3::5/tcp/1', false],
  ['the same private address', '/ip4/192.168.0.2/tcp/1', '/ip4/192.168.0.2/tcp/1', false],
  ['addresses that are not valid', 'nonsense', 'nonsense', false],
  [
    'the same relay',
    '/ip4/203.0.113.7/tcp/1/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf/p2p-circuit',
    '/ip4/203.0.113.7/tcp/1/p2p/12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf/p2p-circuit',
    false,
  ],
])('tells whether peers with %s have one operator', (_, one, other, isSame) => {
  expect(sameOperator(at('a', one), at('b', other))).toBe(isSame);
});

it('counts the owner’s machines and this one as one operator, wherever they are', () => {
  const mine = at('a', '/ip4/203.0.113.7/tcp/1');
  expect(sameOperator(mine, at('b', '/ip4/192.0.2.1/tcp/1'), ['a', 'b'])).toBe(true);
  expect(operatorsOf([mine], 'me', new Set(['a'])).get('me')).toBe(
    operatorsOf([mine], 'me', new Set(['a'])).get('a'),
  );
  expect(sameOperator(mine, at('c', '/ip4/203.0.113.7/tcp/1'), ['a'])).toBe(true);
  expect(sameOperator(mine, at('c', '/ip4/203.0.113.8/tcp/1'), ['a'])).toBe(false);
});
