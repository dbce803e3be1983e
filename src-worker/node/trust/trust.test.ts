import { describe, expect, it } from 'vitest';
import { faults } from './faults.ts';
import { Trust } from './trust.ts';

const peer = '12D3KooWPPzUjVQ1YYRNAVZRiCypGZKeYmJPtkRqxcRPiAv1qxBi';
const other = 'another';
const proof = 'It did';

function setUp() {
  const clock = { now: 0 };
  const cut: string[] = [];
  const lowered: string[] = [];
  const logged: [level: string, message: string, details: unknown][] = [];
  const trust = new Trust({
    log: (level, message, details) => logged.push([level, message, details]),
    now: () => clock.now,
  });
  trust.onBarred((who) => cut.push(who));
  trust.onLowered((who) => lowered.push(who));
  const violate = (times: number, who = peer): void => {
    for (let index = 0; index < times; index += 1) {
      trust.report({ who, what: 'violated', proof });
    }
  };
  const warnings = (): string[] =>
    logged.map(([level]) => level).filter((level) => level === 'warn');
  return { clock, cut, logged, lowered, trust, violate, warnings };
}

describe('a peer that breaks rules', () => {
  it('may connect at first, is then disconnected once and barred for ten minutes', async () => {
    const { clock, cut, warnings, trust, violate } = setUp();
    violate(31);
    expect(trust.isBarred(peer)).toBe(false);
    violate(5);
    expect([trust.isBarred(peer), trust.isBarred(other)]).toEqual([true, false]);
    // The reporter is in the middle of a channel of that peer.
    expect(cut).toEqual([]);
    await Promise.resolve();
    expect(cut).toEqual([peer]);
    expect(warnings()).toEqual(['warn']);

    clock.now = 10 * 60_000;
    expect(trust.isBarred(peer)).toBe(false);
    violate(31);
    expect(trust.isBarred(peer)).toBe(false);
  });

  it('is remembered among a bounded number of peers', () => {
    const { trust, violate } = setUp();
    violate(32);
    for (let index = 0; index < 4096; index += 1) {
      violate(1, `peer ${index}`);
    }
    expect(trust.isBarred(peer)).toBe(false);
  });

  it('is not forgotten for any number of peers with other faults', () => {
    const { trust, violate } = setUp();
    violate(32);
    for (let index = 0; index < 5000; index += 1) {
      trust.report({ who: `peer ${index}`, what: 'stalled', proof });
      trust.report({ who: `peer ${index}`, what: 'refusedWrongly', proof });
      trust.report({ who: `peer ${index}`, what: 'silent', proof, sequence: 1 });
    }
    expect(trust.isBarred(peer)).toBe(true);
  });
});

describe('a report about a peer', () => {
  it.each(Object.entries(faults))(
    'that it %s lowers its reputation by the blame for that',
    (what, { blame }) => {
      const { lowered, trust } = setUp();
      const fault = what as keyof typeof faults;
      trust.report(
        fault === 'silent'
          ? { who: peer, what: fault, proof, sequence: 1 }
          : { who: peer, what: fault, proof },
      );
      expect(trust.reputation(peer)).toBeCloseTo(1 / (1 + blame));
      expect(trust.reputation(other)).toBe(1);
      expect(lowered).toEqual(blame > 0 ? [peer] : []);
    },
  );

  it('counts as a lie at the second wrong refusal', () => {
    const { trust } = setUp();
    trust.report({ who: peer, what: 'refusedWrongly', proof });
    trust.report({ who: peer, what: 'refusedWrongly', proof });
    expect(trust.reputation(peer)).toBeCloseTo(1 / (1 + faults.lied.blame));
  });

  it('of silence makes the peer silent until its next record, and nothing else', () => {
    const { trust } = setUp();
    trust.report({ who: peer, what: 'silent', proof, sequence: 7 });
    const isSilent = (sequence: number): boolean => trust.isSilent({ peer, record: { sequence } });
    expect([isSilent(7), isSilent(8)]).toEqual([true, false]);
    expect(trust.isSilent({ peer: other, record: { sequence: 7 } })).toBe(false);
    expect([trust.reputation(peer), trust.isBarred(peer)]).toEqual([1, false]);
  });

  it('is logged once when the peer becomes distrusted, with its proof', () => {
    const { logged, trust } = setUp();
    trust.report({ who: peer, what: 'failed', proof: 'Its engine died' });
    expect(logged).toEqual([]);
    trust.report({ who: peer, what: 'lied', proof: 'A chunk was wrong' });
    trust.report({ who: peer, what: 'lied', proof: 'Another chunk was wrong' });
    const evidence = { who: peer, what: 'lied', when: 0, proof: 'A chunk was wrong' };
    expect(logged).toEqual([
      ['info', 'Peer …iAv1qxBi is used only where no other peer can serve', evidence],
    ]);
  });
});
