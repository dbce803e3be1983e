import type { Connection, Libp2p } from '@libp2p/interface';
import { describe, expect, it } from 'vitest';
import { Blocklist } from './blocklist.ts';

const peer = '12D3KooWPPzUjVQ1YYRNAVZRiCypGZKeYmJPtkRqxcRPiAv1qxBi';
const other = 'another';

function setUp() {
  const clock = { now: 0 };
  const cut: string[] = [];
  const logged: string[] = [];
  const offenders = new Blocklist(
    (level) => logged.push(level),
    () => clock.now,
  );
  const getConnections: Libp2p['getConnections'] = (id) => [
    { abort: () => cut.push(String(id)) } as unknown as Connection,
  ];
  offenders.watch({ getConnections });
  const violate = (times: number, who = peer): void => {
    for (let index = 0; index < times; index += 1) {
      offenders.violated(who);
    }
  };
  return { clock, cut, logged, offenders, violate };
}

describe('a peer that breaks rules', () => {
  it('is talked to at first, then cut off once and not let in for ten minutes', async () => {
    const { clock, cut, logged, offenders, violate } = setUp();
    violate(31);
    expect(offenders.has(peer)).toBe(false);
    violate(5);
    expect([offenders.has(peer), offenders.has(other)]).toEqual([true, false]);
    await Promise.resolve();
    expect(cut).toEqual([peer]);
    expect(logged).toEqual(['warn']);
    clock.now = 10 * 60_000;
    expect(offenders.has(peer)).toBe(false);
    violate(31);
    expect(offenders.has(peer)).toBe(false);
  });

  it('is one of a bounded number that are remembered', () => {
    const { offenders, violate } = setUp();
    violate(32);
    for (let index = 0; index < 4096; index += 1) {
      violate(1, `peer ${index}`);
    }
    expect(offenders.has(peer)).toBe(false);
  });
});
