import type { MultiaddrConnection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import { HostCounts } from './host-counts.ts';

class Incoming extends EventTarget {
  readonly remoteAddr;
  status = 'open';

  constructor(host: string) {
    super();
    this.remoteAddr = multiaddr(`/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/1`);
  }

  abort(): void {
    this.status = 'aborted';
    this.dispatchEvent(new Event('close'));
  }
}

function incoming(host: string): Incoming & MultiaddrConnection {
  return new Incoming(host) as Incoming & MultiaddrConnection;
}

describe('connections by the address that they come from', () => {
  it('are limited for one address, until one of them is done or closed', () => {
    const counts = new HostCounts(2);
    const [one, other] = [incoming('10.0.0.1'), incoming('10.0.0.1')];
    expect([counts.begin(one), counts.begin(other)]).toEqual([true, true]);
    expect(counts.begin(incoming('10.0.0.1'))).toBe(false);
    expect(counts.begin(incoming('10.0.0.2'))).toBe(true);
    counts.done(one);
    expect(counts.begin(incoming('10.0.0.1'))).toBe(true);
    // Closing it later must not count it off a second time.
    one.abort();
    expect(counts.begin(incoming('10.0.0.1'))).toBe(false);
    other.abort();
    expect(counts.begin(incoming('10.0.0.1'))).toBe(true);
  });

  it('are limited for one IPv6 network, however many addresses it has', () => {
    const counts = new HostCounts(2);
    const begun = ['::1', '::2', ':3:4:5:6'].map((end) =>
      counts.begin(incoming(`2001:db8:1:2${end}`)),
    );
    expect(begun).toEqual([true, true, false]);
    expect(counts.begin(incoming('2001:db8:1:3::1'))).toBe(true);
  });

  it('beyond the total replace one of the address with the most', () => {
    const counts = new HostCounts(8, 10);
    const greedy = Array.from({ length: 8 }, () => incoming('10.0.0.1'));
    const modest = Array.from({ length: 2 }, () => incoming('10.0.0.2'));
    expect([...greedy, ...modest].every((each) => counts.begin(each))).toBe(true);
    const newcomers = Array.from({ length: 6 }, (_, index) => incoming(`10.0.1.${index}`));
    expect(newcomers.map((each) => counts.begin(each))).toEqual(Array(6).fill(true));
    expect(greedy.map(({ status }) => status)).toEqual([
      ...Array<string>(6).fill('aborted'),
      'open',
      'open',
    ]);
    expect(modest.every(({ status }) => status === 'open')).toBe(true);
    // No host has many more than the others now.
    expect(counts.begin(incoming('10.0.0.1'))).toBe(false);
  });
});
