import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it, vi } from 'vitest';
import { recordProtocol } from '../records/record-messages.ts';
import { DirectConnections, type Way } from './direct-connections.ts';

const peer = '12D3KooWGRUHtkTEkU5Ah7Lk8Xzp1TQbF3JZ9J1ZVuGJxXzQ3b7M';
const relay = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo';
const relayed = `/ip4/11.22.1.1/tcp/6373/p2p/${relay}/p2p-circuit/p2p/${peer}`;
const direct = '/ip4/11.22.2.2/tcp/6373';
const inTheHouse = multiaddr('/ip4/192.168.1.2/tcp/6373');

class Ways {
  readonly dialled: string[][] = [];
  readonly closed: string[] = [];
  open: Way[] = [];
  now = 0;
  /** What each dial does, in their order; later ones fail. */
  results: (() => void)[] = [];
  readonly ways = new DirectConnections({
    connectionsOf: () => this.open,
    dial: (_, addresses) => {
      this.dialled.push(addresses.map(String));
      const result = this.results.shift();
      return result === undefined
        ? Promise.reject(new Error('Nobody there'))
        : Promise.resolve(result());
    },
    log: () => {},
    now: () => this.now,
  });

  connect(address: string, ...protocols: string[]): void {
    this.open.push({
      remoteAddr: multiaddr(address),
      streams: protocols.map((protocol) => ({ protocol })),
      close: () => Promise.resolve(void this.closed.push(address)),
    });
  }

  heard(...addresses: string[]): void {
    this.ways.heard(peer, [inTheHouse, ...addresses.map((text) => multiaddr(text))]);
  }
}

describe('a peer that is connected over a relay', () => {
  it('is dialled at the public addresses of its record, and not at the same ones again at once', () => {
    const ways = new Ways();
    ways.connect(relayed, recordProtocol);
    ways.heard(relayed);
    expect(ways.dialled).toEqual([]);
    ways.heard(relayed, direct);
    ways.heard(relayed, direct);
    expect(ways.dialled).toEqual([[direct]]);
    ways.heard('/ip4/11.22.2.2/tcp/7000');
    expect(ways.dialled).toHaveLength(2);
    ways.now += 30_000;
    ways.heard('/ip4/11.22.2.2/tcp/7000');
    expect(ways.dialled).toHaveLength(3);
  });

  it('is dialled again when it had disconnected in between', () => {
    const ways = new Ways();
    ways.connect(relayed);
    ways.heard(direct);
    ways.ways.disconnected(peer);
    ways.heard(direct);
    expect(ways.dialled).toHaveLength(2);
  });

  it('is dialled a second time when the first dial joined one over the relay', async () => {
    const ways = new Ways();
    ways.connect(relayed);
    ways.results = [() => {}, () => ways.connect(direct)];
    ways.heard(direct);
    await vi.waitFor(() => expect(ways.dialled).toEqual([[direct], [direct]]));
  });

  it('is not dialled while it is disconnected, which is PeerKeeper’s part', () => {
    const ways = new Ways();
    ways.heard(direct);
    expect(ways.dialled).toEqual([]);
  });
});

describe('a peer that is connected directly as well', () => {
  it('loses its relayed connection once that carries only records', () => {
    const ways = new Ways();
    ways.connect(relayed, recordProtocol, '/mindmesh/stage/1.0.0');
    ways.connect(`${direct}/p2p/${peer}`, recordProtocol);
    ways.heard(direct);
    expect(ways.closed).toEqual([]);
    ways.open = [];
    ways.connect(relayed, recordProtocol);
    ways.connect(`${direct}/p2p/${peer}`, '/mindmesh/stage/1.0.0');
    ways.heard(direct);
    expect(ways.closed).toEqual([relayed]);
    expect(ways.dialled).toEqual([]);
  });
});
