import { expect, it } from 'vitest';
import type { PunchPayload } from './hyperdht.ts';
import { boundedPayload, mayPunch } from './punch-rules.ts';

const at = (host: string, port = 1) => ({ host, port });
const five = [1, 2, 3, 4, 5].map((port) => at('198.51.100.7', port));

it.each([
  [[], true],
  [[at('198.51.100.7')], true],
  [five.slice(1), true],
  [five, false],
  [[at('198.51.100.7'), at('192.168.1.1')], false],
  [[at('127.0.0.1')], false],
  [[at('198.51.100.7', 0)], false],
])('a punch to %j is allowed in the public DHT: %s', (addresses, isAllowed) => {
  expect(mayPunch(addresses, 'public')).toBe(isAllowed);
});

it('a punch may go to private addresses where the whole DHT is private, and to no more of them', () => {
  expect(mayPunch([at('192.168.1.1')], 'private')).toBe(true);
  expect(mayPunch(five, 'private')).toBe(false);
});

it('the other end can make this node neither dial another key nor send to many or private addresses', () => {
  const payload: PunchPayload = {
    addresses4: [at('10.0.0.1'), ...five],
    addresses6: [at('::1')],
    relayAddresses: [at('169.254.1.1'), ...five],
    holepunch: {
      id: 3,
      relays: [
        { relayAddress: at('10.0.0.1'), peerAddress: at('198.51.100.7') },
        { relayAddress: at('198.51.100.7'), peerAddress: at('10.0.0.1') },
        ...five.map((address) => ({ relayAddress: address, peerAddress: address })),
      ],
    },
    relayThrough: { publicKey: 'another', token: 'any' },
  };
  const bounded = boundedPayload(payload, 'public');
  expect(bounded).toEqual({
    addresses4: five.slice(0, 4),
    addresses6: [],
    relayAddresses: five.slice(0, 4),
    holepunch: {
      id: 3,
      relays: five.slice(0, 4).map((address) => ({ relayAddress: address, peerAddress: address })),
    },
    relayThrough: null,
  });
});

it('a payload without addresses stays one', () => {
  const none: PunchPayload = {
    addresses4: null,
    addresses6: null,
    holepunch: null,
    relayThrough: null,
  };
  expect(boundedPayload(none, 'public')).toMatchObject({ addresses4: [], holepunch: null });
});
