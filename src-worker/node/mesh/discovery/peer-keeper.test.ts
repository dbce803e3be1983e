import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PeerKeeper } from './peer-keeper.ts';

const address = multiaddr('/ip4/192.0.2.1/tcp/1');
const moved = multiaddr('/ip4/192.0.2.1/tcp/2');

/** The keeper of node "m", with dials for which the test decides which peers can be reached. */
function world(): {
  keeper: PeerKeeper;
  reachable: Set<string>;
  /** Seconds since the start at which a dial began, with peer and ports. */
  dials: string[];
  lose: (peer: string) => void;
} {
  const connected = new Set<string>();
  const reachable = new Set<string>();
  const dials: string[] = [];
  const start = performance.now();
  const keeper = new PeerKeeper(
    {
      ownPeer: 'm',
      isConnected: (peer) => connected.has(peer),
      dial: async (peer, addresses) => {
        const ports = addresses.map((each) => each.getComponents()[1]?.value).join('+');
        dials.push(`${Math.round((performance.now() - start) / 1000)} ${peer}:${ports}`);
        if (!reachable.has(peer)) {
          throw new Error('connection refused');
        }
        connected.add(peer);
        keeper.connected(peer);
      },
    },
    () => {},
    () => 0,
  );
  const lose = (peer: string): void => {
    connected.delete(peer);
    keeper.disconnected(peer);
  };
  return { keeper, reachable, dials, lose };
}

describe('PeerKeeper', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('dials a peer again at once that was seen at another address in the middle of a dial', async () => {
    const dials: string[] = [];
    const over: (() => void)[] = [];
    const keeper = new PeerKeeper(
      {
        ownPeer: 'm',
        isConnected: () => false,
        dial: (_, addresses) => {
          dials.push(addresses.join());
          return new Promise((_resolve, reject) => {
            over.push(() => reject(new Error('no reply')));
          });
        },
      },
      () => {},
    );
    keeper.discovered('z', [address]);
    await vi.advanceTimersByTimeAsync(0);
    keeper.discovered('z', [address, moved]);
    expect(dials).toEqual([String(address)]);
    over[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(dials).toEqual([String(address), [address, moved].join()]);
    over[1]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(dials).toHaveLength(2);
  });

  it('lists the addresses from settings that cannot be reached, and why, until they can', async () => {
    const { keeper, reachable, lose } = world();
    keeper.keep([
      { peer: 'a', address },
      { peer: 'a', address: moved },
    ]);
    keeper.discovered('b', [address]);
    await vi.advanceTimersByTimeAsync(0);
    const addresses = [address.toString(), moved.toString()];
    expect(keeper.unreachable()).toEqual([{ addresses, reason: 'connection refused' }]);
    reachable.add('a');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(keeper.unreachable()).toEqual([]);
    lose('a');
    expect(keeper.unreachable()).toEqual([]);
  });

  it('dials new peers from settings at once, and stops dialling removed ones', async () => {
    const { keeper, dials, reachable } = world();
    reachable.add('b');
    keeper.keep([
      { peer: 'a', address },
      { peer: 'b', address },
    ]);
    await vi.advanceTimersByTimeAsync(2000);
    keeper.keep([
      { peer: 'b', address },
      { peer: 'c', address },
    ]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(dials.filter((dial) => dial.includes('a:'))).toEqual(['0 a:1', '1 a:1']);
    expect(dials.filter((dial) => dial.includes('b:'))).toEqual(['0 b:1']);
    expect(dials.find((dial) => dial.includes('c:'))).toBe('2 c:1');
    expect(keeper.unreachable()).toMatchObject([{ addresses: [address.toString()] }]);
  });

  it('keeps the back-off of a peer that stays in the settings, and dials a new address of it at once', async () => {
    const { keeper, dials } = world();
    keeper.keep([{ peer: 'a', address }]);
    await vi.advanceTimersByTimeAsync(4000);
    keeper.keep([{ peer: 'a', address }]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(dials).toEqual(['0 a:1', '1 a:1', '3 a:1']);
    keeper.keep([{ peer: 'a', address: moved }]);
    await vi.advanceTimersByTimeAsync(0);
    expect(dials.at(-1)).toBe('6 a:2');
  });

  it('dials a configured peer for ever, with a growing back-off', async () => {
    const { keeper, dials } = world();
    keeper.keep([{ peer: 'a', address }]);
    await vi.advanceTimersByTimeAsync(190_000);
    expect(dials.map((dial) => dial.split(' ')[0])).toEqual([
      '0',
      '1',
      '3',
      '7',
      '15',
      '31',
      '63',
      '123',
      '183',
    ]);
  });

  it('connects once a configured peer can be reached, and again soon after it was lost', async () => {
    const { keeper, reachable, dials, lose } = world();
    keeper.keep([{ peer: 'a', address }]);
    await vi.advanceTimersByTimeAsync(20_000);
    reachable.add('a');
    await vi.advanceTimersByTimeAsync(100_000);
    expect(dials.at(-1)).toBe('31 a:1');
    lose('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dials.slice(-1)).toEqual(['121 a:1']);
  });

  it('backs off from a peer that closes the connection at once', async () => {
    const { keeper, reachable, dials, lose } = world();
    reachable.add('a');
    keeper.keep([{ peer: 'a', address }]);
    for (let second = 0; second < 60; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      lose('a');
    }
    expect(dials.length).toBeLessThan(8);
  });

  it('dials one peer with several configured addresses once, and itself never', async () => {
    const { keeper, reachable, dials } = world();
    reachable.add('a');
    keeper.keep([
      { peer: 'a', address },
      { peer: 'm', address },
      { peer: 'a', address: moved },
    ]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dials).toEqual(['0 a:1+2']);
  });

  it('seeks a peer where it was last, beside the address from settings, once that is lost', async () => {
    const { keeper, reachable, dials, lose } = world();
    reachable.add('a');
    keeper.keep([{ peer: 'a', address }]);
    await vi.advanceTimersByTimeAsync(0);
    keeper.told('a', [moved]);
    await vi.advanceTimersByTimeAsync(100_000);
    lose('a');
    await vi.advanceTimersByTimeAsync(1000);
    expect(dials).toEqual(['0 a:1', '101 a:1+2']);
  });

  it('seeks a peer from settings where it was in the last run, too, and dials no address twice', async () => {
    const { keeper, dials } = world();
    keeper.keep([{ peer: 'a', address }]);
    keeper.remembered([{ peer: 'a', addresses: [moved, address] }]);
    await vi.advanceTimersByTimeAsync(0);
    expect(dials).toEqual(['0 a:1+2']);
  });

  it('leaves the first dial to the peer with the smaller id, when both discover each other', async () => {
    const { keeper, reachable, dials } = world();
    reachable.add('a').add('z');
    keeper.discovered('a', [address]);
    keeper.discovered('z', [address]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(dials).toEqual(['0 z:1', '2 a:1']);
  });

  it('gives a discovered peer up after five attempts, until it is seen at another address', async () => {
    const { keeper, reachable, dials } = world();
    keeper.discovered('z', [address]);
    for (let second = 0; second < 300; second += 10) {
      await vi.advanceTimersByTimeAsync(10_000);
      keeper.discovered('z', [address]);
    }
    expect(dials).toHaveLength(5);
    reachable.add('z');
    keeper.discovered('z', [moved]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(dials.slice(5)).toEqual(['300 z:2']);
  });

  it('dials a discovered peer again when it is lost', async () => {
    const { keeper, reachable, dials, lose } = world();
    reachable.add('z');
    keeper.discovered('z', [address]);
    await vi.advanceTimersByTimeAsync(100_000);
    lose('z');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(dials).toEqual(['0 z:1', '101 z:1']);
  });

  it('keeps a bounded number of discovered peers', async () => {
    const { keeper, dials } = world();
    for (let index = 0; index < 2000; index += 1) {
      keeper.discovered(`z${index}`, [address]);
    }
    await vi.advanceTimersByTimeAsync(500);
    expect(dials).toHaveLength(256);
  });

  it('dials no peer once it is stopped', async () => {
    const { keeper, dials, lose } = world();
    keeper.keep([{ peer: 'a', address }]);
    keeper.stop();
    keeper.discovered('z', [address]);
    lose('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dials).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
