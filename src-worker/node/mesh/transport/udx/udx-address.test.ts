import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import { dialableAddresses, hasPublicHost, isPublic, isRelayed } from '../../addresses.ts';
import { dhtKeyPair } from './dht-key.ts';
import { punchedAddress, udxAddress, udxKeyOf } from './udx-address.ts';

const key = Buffer.alloc(32, 0xab);
const peer = '12D3KooWB9eW3skNT9JTCXmrEjNbUPQ9R83rqNXu3T2iRFX1ZLAu';
const other = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';

describe('an address for hole punching', () => {
  it('is the same as text and as bytes, with and without a peer', () => {
    for (const address of [udxAddress(key), udxAddress(key).encapsulate(`/p2p/${peer}`)]) {
      expect(multiaddr(address.bytes).toString()).toBe(address.toString());
      expect(udxKeyOf(multiaddr(address.toString()))).toEqual(key);
    }
  });

  it.each(['ab', 'AB'.repeat(32), 'ab'.repeat(33), 'zz'.repeat(32), ''])(
    'cannot have the key "%s"',
    (text) => {
      expect(dialableAddresses(peer, [`/udx/${text}`])).toEqual([]);
    },
  );

  it('is dialled for its own peer, and is neither public nor relayed', () => {
    const address = udxAddress(key);
    expect(
      dialableAddresses(peer, [`${address.toString()}/p2p/${peer}`, address.toString()]),
    ).toHaveLength(2);
    expect(dialableAddresses(other, [`${address.toString()}/p2p/${peer}`])).toEqual([]);
    expect([isPublic(address), hasPublicHost(address), isRelayed(address)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is not that of a punched connection, which shows where packets go', () => {
    const path = punchedAddress('198.51.100.7', 5, key);
    expect(path.toString()).toBe(`/ip4/198.51.100.7/udp/5/udx/${key.toString('hex')}`);
    expect(udxKeyOf(path)).toBeUndefined();
    expect(dialableAddresses(peer, [path.toString()])).toEqual([]);
  });

  it.each(['/p2p-circuit', '/tcp/1', `/p2p/${peer}/p2p-circuit/p2p/${peer}`])(
    'leads nowhere with %s behind it',
    (more) => {
      expect(dialableAddresses(peer, [`${udxAddress(key).toString()}${more}`])).toEqual([]);
    },
  );
});

it('a node’s key in the DHT is its own, always the same, and not that of its identity', () => {
  const raw = Buffer.alloc(64, 7);
  const { publicKey, secretKey } = dhtKeyPair({ type: 'Ed25519', raw });
  expect(dhtKeyPair({ type: 'Ed25519', raw }).publicKey).toEqual(publicKey);
  expect(publicKey).toHaveLength(32);
  expect(secretKey.subarray(32)).toEqual(publicKey);
  expect(secretKey.subarray(0, 32)).not.toEqual(raw.subarray(0, 32));
  const another = dhtKeyPair({ type: 'Ed25519', raw: Buffer.alloc(64, 8) });
  expect(another.publicKey).not.toEqual(publicKey);
});
