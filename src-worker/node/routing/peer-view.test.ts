import { describe, expect, it } from 'vitest';
import type { KnownPeer } from '../mesh/records/record.ts';
import { PeerView } from './peer-view.ts';

const model = 'a'.repeat(64);

function known(peer: string, given: Partial<KnownPeer> = {}, shards = 1): KnownPeer {
  const shard = {
    manifestId: model,
    firstLayer: 0,
    lastLayer: 3,
    freeSessions: 1,
    maxSessions: 1,
    contextLength: 2048,
    tokensPerSecond: 10,
  };
  return {
    peer,
    record: {
      sequence: 1,
      state: 'serving',
      addresses: [],
      models: [],
      shards: shards === 0 ? [] : [shard],
    },
    receivedAt: 0,
    connected: true,
    latencyMs: 1,
    ...given,
  };
}

const doNothing = (): void => {};

/** A mesh in memory that counts how often it is asked for all peers. */
function meshOf(...peers: KnownPeer[]) {
  const book = new Map(peers.map((each) => [each.peer, each]));
  let tell: (peer: string | undefined) => void = doNothing;
  const mesh = {
    askedForAll: 0,
    knownPeers: () => {
      mesh.askedForAll += 1;
      return [...book.values()];
    },
    knownPeer: (peer: string) => book.get(peer),
    onChange: (listener: (peer: string | undefined) => void) => {
      tell = listener;
      return () => {};
    },
    say: (each: KnownPeer) => {
      book.set(each.peer, each);
      tell(each.peer);
    },
    forget: (peer: string, isNamed: boolean) => {
      book.delete(peer);
      tell(isNamed ? peer : undefined);
    },
  };
  return mesh;
}

const names = (peers: readonly KnownPeer[]): string[] => peers.map(({ peer }) => peer).toSorted();

describe('the view of peers', () => {
  it('follows the record of each peer, without looking at the others', () => {
    const mesh = meshOf(known('a'), known('b'));
    const view = new PeerView({ mesh, reputationOf: () => 1 });
    expect(names(view.hosts(model))).toEqual(['a', 'b']);
    mesh.say(known('c'));
    mesh.say(known('a', {}, 0));
    expect(names(view.hosts(model))).toEqual(['b', 'c']);
    mesh.forget('b', true);
    expect(names(view.hosts(model))).toEqual(['c']);
    expect(names(view.all())).toEqual(['a', 'c']);
    expect(mesh.askedForAll).toBe(1);
  });

  it('forgets peers that are gone after a change that concerns many', () => {
    const mesh = meshOf(known('a'), known('b'));
    const view = new PeerView({ mesh, reputationOf: () => 1 });
    expect(view.size).toBe(2);
    mesh.forget('a', false);
    expect(names(view.all())).toEqual(['b']);
    expect(names(view.hosts(model))).toEqual(['b']);
  });

  it('returns the same list until something changes, so that a call costs nothing', () => {
    const mesh = meshOf(known('a'));
    const view = new PeerView({ mesh, reputationOf: () => 1 });
    expect(view.all()).toBe(view.all());
    expect(view.hosts(model)).toBe(view.hosts(model));
  });

  it('notices the first latency, for which there is no event', () => {
    const mesh = meshOf(known('a', { latencyMs: undefined }));
    const view = new PeerView({ mesh, reputationOf: () => 1 });
    expect(view.all()[0]?.latencyMs).toBeUndefined();
    mesh.knownPeer = () => known('a', { latencyMs: 7 });
    expect(view.all()[0]?.latencyMs).toBe(7);
  });

  it('adds the reputation of each peer', () => {
    const standings = new Map([['b', 0.5]]);
    const mesh = meshOf(known('a'), known('b'));
    const view = new PeerView({ mesh, reputationOf: (peer) => standings.get(peer) ?? 1 });
    const reputation = (): unknown[] =>
      view
        .all()
        .map((each) => [each.peer, each.reputation])
        .toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1));
    expect(reputation()).toEqual([
      ['a', undefined],
      ['b', 0.5],
    ]);
    standings.set('a', 0.2);
    view.touch('a');
    expect(reputation()[0]).toEqual(['a', 0.2]);
  });
});
