import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import { OwnAddresses } from './own-addresses.ts';

const peer = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo';
const other = '12D3KooWGRUHtkTEkU5Ah7Lk8Xzp1TQbF3JZ9J1ZVuGJxXzQ3b7M';
const relayed = `/ip4/11.22.1.1/tcp/6373/p2p/${other}/p2p-circuit`;
const house = '/ip4/192.168.1.2/tcp/6373';
const mapped = '/ip4/11.22.2.2/tcp/6373';
const outside = '/ip6/2a00:1:2:3::4/tcp/6373';

type Entry = {
  readonly address: string;
  readonly type: 'transport' | 'ip-mapping' | 'observed';
  verified: boolean;
  expires: number;
};

/** OwnAddresses with the addresses that libp2p knows. */
class Known {
  readonly entries: Entry[] = [];
  readonly own = new OwnAddresses((name) => name === other);
  readonly #events = new EventTarget();
  mapped = 0;

  constructor(isPublicNode = false) {
    const manager = {
      getAddressesWithMetadata: () =>
        this.entries.map(({ address, ...rest }) => ({ multiaddr: multiaddr(address), ...rest })),
      confirmObservedAddr: (confirmed: { toString: () => string }) => {
        for (const entry of this.entries) {
          entry.verified ||= entry.address === confirmed.toString();
        }
      },
      addObservedAddr: (observed: { toString: () => string }) => {
        this.add('observed', observed.toString());
      },
      addPublicAddressMapping: () => {
        this.mapped += 1;
      },
    };
    type Components = Parameters<OwnAddresses['service']>[0];
    type Libp2p = Parameters<OwnAddresses['watch']>[0];
    const components = { addressManager: manager } as unknown as Components;
    this.own.service(components);
    const libp2p = Object.assign(this.#events, {
      peerId: { toString: () => peer },
      getMultiaddrs: () =>
        this.entries.filter(({ verified }) => verified).map(({ address }) => multiaddr(address)),
    });
    this.own.watch(libp2p as unknown as Libp2p, isPublicNode);
    this.own.noticing<Components, void>(({ addressManager }) => {
      this.openPort = () => addressManager.addPublicAddressMapping('192.168.1.2', 1, '11.22.2.2');
    })(components);
  }

  openPort: () => void = () => {};

  add(type: Entry['type'], address: string, more: Partial<Entry> = {}): void {
    this.entries.push({ type, address, verified: false, expires: 0, ...more });
  }

  start(): void {
    this.#events.dispatchEvent(new Event('start'));
  }

  identify(from: string, observed: string, over = '/ip4/11.22.1.1/tcp/6373'): void {
    const detail = {
      peerId: { toString: () => from },
      connection: { remoteAddr: multiaddr(over) },
      observedAddr: multiaddr(observed),
    };
    this.#events.dispatchEvent(Object.assign(new Event('peer:identify'), { detail }));
  }

  connection(direction: 'inbound' | 'outbound', from: string): void {
    const detail = { direction, remoteAddr: multiaddr(from) };
    this.#events.dispatchEvent(Object.assign(new Event('connection:open'), { detail }));
  }
}

function inHouse(): Known {
  const known = new Known();
  known.add('transport', house, { verified: true });
  known.add('ip-mapping', mapped);
  return known;
}

describe('the advertised addresses', () => {
  it('are all that may lead here, each once and with the peer id, but none that only a peer saw', () => {
    const known = inHouse();
    known.add('transport', relayed, { verified: true });
    known.add('transport', house, { verified: true });
    known.add('observed', '/ip4/11.22.2.2/tcp/50000');
    known.add('observed', '/ip4/11.22.2.2/tcp/6374', { verified: true });
    expect(known.own.advertised().map(String)).toEqual(
      [house, mapped, relayed, '/ip4/11.22.2.2/tcp/6374'].map((text) => `${text}/p2p/${peer}`),
    );
  });

  it('leave out those that peers tried in vain, until they are to be tried again', () => {
    const known = inHouse();
    known.add('transport', '/ip4/11.22.9.9/tcp/6373', { expires: 5000 });
    expect(known.own.advertised(4000)).toHaveLength(2);
    expect(known.own.advertised(5000)).toHaveLength(3);
  });

  it('are advertised again when the router opens a port', () => {
    const known = inHouse();
    let told = 0;
    known.own.whenMapped(() => {
      told += 1;
    });
    known.openPort();
    expect([known.mapped, told]).toEqual([1, 1]);
  });
});

describe('the reach of this node', () => {
  it('is its home network, until a peer from outside connected', () => {
    const known = inHouse();
    expect(known.own.reach()).toBe('local');
    known.connection('inbound', '/ip4/192.168.1.7/tcp/50000');
    known.connection('inbound', `${relayed}/p2p/${other}`);
    known.connection('outbound', '/ip4/11.22.3.3/tcp/50000');
    expect(known.own.reach()).toBe('local');
    known.connection('inbound', '/ip4/11.22.3.3/tcp/50000');
    expect(known.own.reach()).toBe('public');
  });

  it('is not proven by a near peer, which may be on this side of the router', () => {
    const known = inHouse();
    known.connection('inbound', '/ip4/11.22.2.77/tcp/50000');
    expect(known.own.reach()).toBe('local');
    known.add('transport', outside);
    known.connection('inbound', '/ip6/2a00:1:2:3::77/tcp/50000');
    expect(known.own.reach()).toBe('local');
    known.connection('inbound', '/ip6/2a00:1:2:4::77/tcp/50000');
    expect(known.entries.map(({ verified }) => verified)).toEqual([true, false, true]);
  });

  it('includes an address at which a trusted peer sees it, once that is proven, since the owner may have opened the port', () => {
    const known = new Known();
    known.add('transport', '/ip4/127.0.0.1/tcp/6373', { verified: true });
    known.add('transport', house, { verified: true });
    known.identify(peer, '/ip4/11.22.8.8/tcp/50000');
    known.identify(other, '/ip4/192.168.1.1/tcp/50000');
    known.identify(other, '/ip4/11.22.8.8/tcp/50000', `${relayed}/p2p/${other}`);
    expect(known.entries).toHaveLength(2);
    known.identify(other, '/ip4/11.22.2.2/tcp/50000');
    known.identify(other, '/ip4/11.22.2.2/tcp/50001');
    expect(new Set(known.entries.slice(2).map(({ address }) => address))).toEqual(
      new Set([mapped]),
    );
    expect(known.own.advertised()).toHaveLength(2);
    known.connection('inbound', '/ip4/11.22.3.3/tcp/50000');
    expect(known.own.reach()).toBe('public');
    expect(known.own.advertised().map(String)).toContain(`${mapped}/p2p/${peer}`);
  });

  it('is everywhere for a public node from the start, where it has such an address', () => {
    const known = new Known(true);
    known.add('transport', house, { verified: true });
    known.start();
    expect(known.own.reach()).toBe('local');
    known.add('transport', mapped);
    known.start();
    expect(known.own.reach()).toBe('public');
  });
});
