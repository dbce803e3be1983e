import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import {
  advertisedAddresses,
  dialableAddresses,
  isPublic,
  maxAddresses,
  parseListenAddress,
  parseStaticPeer,
  reachOf,
  withPeer,
} from './addresses.ts';

const peer = '12D3KooWLkkmf6xjZaHtNeyyNVrju9uH9D3QJcRUkcKAqQwYxX2A';
const stranger = '12D3KooWFDrC17EKB8bUgAxjj5DUjkVavhKW2bLbMf2dYCtWCXoN';

describe('dialableAddresses', () => {
  it('keeps TCP on addresses and names, with the peer id or none', () => {
    const dialable = [
      '/ip4/192.0.2.1/tcp/6373',
      `/ip4/192.0.2.1/tcp/6373/p2p/${peer}`,
      '/ip6/2001:db8::1/tcp/6373',
      '/dns4/mesh.example/tcp/6373',
      `/ip4/192.0.2.1/tcp/6373/p2p/${stranger}/p2p-circuit/p2p/${peer}`,
      `/ip4/192.0.2.1/tcp/6373/p2p/${stranger}/p2p-circuit`,
    ];
    expect(dialableAddresses(peer, dialable).map(String)).toEqual(dialable);
  });

  it('leaves out addresses of other peers, with other transports, or that are not valid', () => {
    const useless = [
      `/ip4/192.0.2.1/tcp/6373/p2p/${stranger}`,
      '/ip4/192.0.2.1/udp/6373/quic-v1',
      '/ip4/192.0.2.1/tcp/6373/ws',
      `/ip4/192.0.2.1/tcp/6373/p2p/${peer}/p2p-circuit/p2p/${stranger}`,
      `/ip4/192.0.2.1/tcp/6373/p2p/${peer}/p2p-circuit/p2p/${stranger}/p2p-circuit`,
      '/p2p-circuit',
      '/unix/tmp/socket',
      `/p2p/${peer}`,
      '',
      'nonsense',
      '/ip4/999.0.0.1/tcp/1',
    ];
    expect(dialableAddresses(peer, useless)).toEqual([]);
  });

  it('keeps a bounded number', () => {
    const many = Array.from({ length: 100 }, (_, index) => `/ip4/192.0.2.1/tcp/${index + 1}`);
    expect(dialableAddresses(peer, many)).toHaveLength(maxAddresses);
  });
});

describe('parseStaticPeer', () => {
  it('reads address and peer', () => {
    const parsed = parseStaticPeer(`/ip4/192.0.2.1/tcp/6373/p2p/${peer}`);
    expect(parsed.peer).toBe(peer);
    expect(parsed.address.toString()).toBe(`/ip4/192.0.2.1/tcp/6373/p2p/${peer}`);
  });

  it.each(['/ip4/192.0.2.1/tcp/6373', `/ip4/192.0.2.1/udp/1/p2p/${peer}`, 'mesh.example:6373'])(
    'refuses %s, naming it and showing how it should look',
    (text) => {
      expect(() => parseStaticPeer(text)).toThrow(
        expect.objectContaining({
          code: 'setting-invalid',
          message: expect.stringContaining(`"${text}"`),
        }),
      );
    },
  );
});

describe('parseListenAddress', () => {
  it('reads port 0 as well as a fixed one', () => {
    expect(parseListenAddress('/ip4/0.0.0.0/tcp/0').toString()).toBe('/ip4/0.0.0.0/tcp/0');
  });

  it.each(['6373', '/ip4/0.0.0.0/udp/1', `/ip4/0.0.0.0/tcp/1/p2p/${peer}`])(
    'refuses %s',
    (text) => {
      expect(() => parseListenAddress(text)).toThrow(
        expect.objectContaining({ code: 'setting-invalid' }),
      );
    },
  );
});

describe('advertisedAddresses', () => {
  const loopback = multiaddr('/ip4/127.0.0.1/tcp/1');
  const network = multiaddr('/ip4/192.0.2.1/tcp/1');

  it('leaves out loopback, which on another machine leads to that machine itself', () => {
    const own = [loopback, multiaddr('/ip6/::1/tcp/1'), network];
    expect(advertisedAddresses(own)).toEqual(['/ip4/192.0.2.1/tcp/1']);
  });

  it('leaves room for relayed addresses, and has few of them', () => {
    const direct = Array.from({ length: 20 }, (_, index) =>
      multiaddr(`/ip4/192.0.2.1/tcp/${index + 1}`),
    );
    const relayed = Array.from({ length: 6 }, (_, index) =>
      multiaddr(`/ip4/192.0.2.9/tcp/${index + 1}/p2p/${stranger}/p2p-circuit/p2p/${peer}`),
    );
    const told = advertisedAddresses([...relayed, ...direct]);
    expect(told).toHaveLength(maxAddresses);
    expect(told.filter((text) => text.includes('p2p-circuit'))).toHaveLength(4);
  });

  it('has loopback when there is no other address, for peers on this machine', () => {
    expect(advertisedAddresses([loopback])).toEqual(['/ip4/127.0.0.1/tcp/1']);
  });
});

describe('isPublic', () => {
  it.each([
    ['/ip4/203.0.113.7/tcp/1', true],
    ['/ip6/2001:db8::1/tcp/1', true],
    ['/ip4/192.168.1.5/tcp/1', false],
    ['/ip4/100.64.0.1/tcp/1', false],
    ['/ip4/127.0.0.1/tcp/1', false],
    ['/ip6/fe80::1/tcp/1', false],
    [`/ip4/203.0.113.7/tcp/1/p2p/${stranger}/p2p-circuit`, false],
  ])('of %s is %s', (text, isReachable) => {
    expect(isPublic(multiaddr(text))).toBe(isReachable);
  });
});

describe('withPeer', () => {
  it('appends the peer id to an address that has none', () => {
    const full = `/ip4/192.0.2.1/tcp/6373/p2p/${peer}`;
    expect(withPeer(multiaddr('/ip4/192.0.2.1/tcp/6373'), peer).toString()).toBe(full);
    expect(withPeer(multiaddr(full), peer).toString()).toBe(full);
    const relayed = `/ip4/192.0.2.1/tcp/6373/p2p/${stranger}/p2p-circuit`;
    expect(withPeer(multiaddr(relayed), peer).toString()).toBe(`${relayed}/p2p/${peer}`);
  });
});

describe('reachOf', () => {
  const here = `/ip4/127.0.0.1/tcp/6373/p2p/${peer}`;
  const near = `/ip4/192.168.1.2/tcp/6373/p2p/${peer}`;
  const over = `/ip4/203.0.113.7/tcp/6373/p2p/${stranger}/p2p-circuit/p2p/${peer}`;
  const everywhere = `/ip4/203.0.113.8/tcp/6373/p2p/${peer}`;

  it('is that of the address with the widest reach, a direct one before a relayed one', () => {
    expect([[], [here], [here, near], [near, over], [over, everywhere, near]].map(reachOf)).toEqual(
      ['none', 'none', 'local', 'relay', 'public'],
    );
  });
});
