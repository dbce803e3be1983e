import { describe, expect, it } from 'vitest';
import { ownSpeaks } from '../../wire/speaks.ts';
import type { PeerRecord, RecordedShard } from '../mesh/records/record.ts';
import { choosePlacement } from './choose-placement.ts';
import type {
  OwnMachine,
  OwnShard,
  Placed,
  PlacementModel,
  PlacementPeer,
  PlacementQuestion,
} from './placement-question.ts';
import { epochMs, inTurn, lot } from './turns.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

function model(manifestId: string, layers = 12, layerBytes = 10): PlacementModel {
  return {
    manifestId,
    layers,
    layerBytes,
    cacheBytes: 0,
    firstBytes: 0,
    lastBytes: 0,
    shardBytes: 0,
  };
}

function placed(firstLayer: number, lastLayer: number, manifestId = a): Placed {
  return { manifestId, firstLayer, lastLayer };
}

function hosted(firstLayer: number, lastLayer: number, manifestId = a, speed = 10): OwnShard {
  return { ...placed(firstLayer, lastLayer, manifestId), tokensPerSecond: speed };
}

function peer(
  name: string,
  shards: readonly OwnShard[],
  more: Partial<PeerRecord> = {},
): PlacementPeer {
  const recorded: RecordedShard[] = shards.map((shard) => ({
    ...shard,
    freeSessions: 4,
    maxSessions: 4,
    contextLength: 4096,
  }));
  const record = { sequence: 1, state: 'serving' as const, addresses: [], models: [] };
  return { peer: name, record: { ...record, shards: recorded, ...more } };
}

function plan(
  own: Partial<OwnMachine>,
  more: Partial<Omit<PlacementQuestion, 'own'>> = {},
): { hosts: string[]; added: string[]; dropped: string[] } {
  const { shards, added, dropped } = choosePlacement({
    own: {
      peer: 'me',
      memoryBytes: 120,
      shards: [],
      pins: [],
      readBytesPerSecond: 1000,
      downloadBytesPerSecond: 10,
      ...own,
    },
    models: [model(a), model(b)],
    peers: [],
    demand: new Map([[a, 5]]),
    now: 0,
    ...more,
  });
  return { hosts: names(shards), added: names(added), dropped: names(dropped) };
}

function names(list: readonly Placed[]): string[] {
  return list
    .map(({ manifestId, firstLayer, lastLayer }) => `${manifestId[0]}:${firstLayer}-${lastLayer}`)
    .toSorted();
}

describe('a node with free memory', () => {
  it('hosts a demanded model whole when it fits', () => {
    expect(plan({})).toEqual({ hosts: ['a:0-11'], added: ['a:0-11'], dropped: [] });
  });

  it('hosts no model without demand', () => {
    expect(plan({}, { demand: new Map() }).hosts).toEqual([]);
    expect(plan({}, { demand: new Map([['c'.repeat(64), 9]]) }).hosts).toEqual([]);
  });

  it('fills the gap between the shards of peers, as far as it fits', () => {
    const peers = [peer('x', [hosted(0, 3)]), peer('y', [hosted(10, 11)])];
    expect(plan({ memoryBytes: 1000 }, { peers }).hosts).toContain('a:4-9');
    expect(plan({ memoryBytes: 45 }, { peers }).hosts).toEqual(['a:4-7']);
    expect(plan({ memoryBytes: 9 }, { peers }).hosts).toEqual([]);
  });

  it('counts the memory of cache, embedding and head', () => {
    const heavy = { ...model(a), cacheBytes: 5, firstBytes: 20, lastBytes: 30 };
    expect(plan({ memoryBytes: 229 }, { models: [heavy] }).hosts).toEqual(['a:0-10']);
    expect(plan({ memoryBytes: 230 }, { models: [heavy] }).hosts).toEqual(['a:0-11']);
    expect(plan({ memoryBytes: 34 }, { models: [heavy] }).hosts).toEqual([]);
    const buffered = { ...model(a), shardBytes: 30 };
    expect(plan({ memoryBytes: 150 }, { models: [buffered] }).hosts).toEqual(['a:0-11']);
    expect(plan({ memoryBytes: 149 }, { models: [buffered] }).hosts).toEqual(['a:0-10']);
  });

  it('hosts the model with more demand first', () => {
    const demand = new Map([
      [a, 1],
      [b, 2],
    ]);
    expect(plan({}, { demand }).hosts).toEqual(['b:0-11']);
  });

  it('leaves out layers that a peer is fetching, and replaces those of a peer that is leaving', () => {
    const planned = [placed(6, 11)];
    const peers = [peer('x', [hosted(0, 5)]), peer('y', [], { planned })];
    expect(plan({ memoryBytes: 60 }, { peers }).hosts).toEqual(['a:0-5']);
    const going = [peer('x', [hosted(0, 5)]), peer('y', [hosted(6, 11)], { state: 'draining' })];
    expect(plan({ memoryBytes: 60 }, { peers: going }).hosts).toEqual(['a:6-11']);
  });

  it('adds capacity to the slowest span of a complete model', () => {
    const peers = [
      peer('x', [hosted(0, 5, a, 40)]),
      peer('y', [hosted(6, 8, a, 2), hosted(9, 11, a, 40)]),
    ];
    expect(plan({ memoryBytes: 30 }, { peers }).hosts).toEqual(['a:6-8']);
  });

  it('begins and ends a copy where other shards do, so that they can form a chain', () => {
    const peers = [peer('x', [hosted(0, 4)]), peer('y', [hosted(5, 11)])];
    expect(plan({ memoryBytes: 70 }, { peers }).hosts).toEqual(['a:5-11']);
    expect(plan({ memoryBytes: 60 }, { peers }).hosts).toEqual(['a:0-4']);
    expect(plan({ memoryBytes: 40 }, { peers }).hosts).toEqual([]);
  });

  it('fetches no more copies than the demand and a spare need', () => {
    const peers = [peer('x', [hosted(0, 11, a, 50)]), peer('y', [hosted(0, 11, a, 50)])];
    expect(plan({}, { peers }).hosts).toEqual([]);
    expect(plan({}, { peers: peers.slice(1) }).hosts).toEqual(['a:0-11']);
    expect(plan({}, { peers, demand: new Map([[a, 500]]) }).hosts).toEqual(['a:0-11']);
  });

  it('lengthens its own shard over a gap beside it instead of starting another', () => {
    const peers = [peer('x', [hosted(8, 11)])];
    expect(plan({ shards: [hosted(0, 3)], memoryBytes: 80 }, { peers })).toEqual({
      hosts: ['a:0-7'],
      added: ['a:0-7'],
      dropped: ['a:0-3'],
    });
  });
});

describe('the owner’s pins', () => {
  it('are hosted whatever the demand is', () => {
    const pins = [placed(2, 5, b)];
    expect(plan({ pins, memoryBytes: 80 }).hosts).toEqual(['a:0-3', 'b:2-5']);
    expect(plan({ pins, memoryBytes: 10 }).hosts).toEqual(['b:2-5']);
    expect(plan({ pins }, { demand: new Map() }).hosts).toEqual(['b:2-5']);
  });

  it('stay when layers are missing elsewhere, and replace shards that are not pinned', () => {
    const pins = [placed(0, 11, b)];
    const shards = [hosted(0, 11, b), hosted(0, 3)];
    expect(plan({ pins, shards, memoryBytes: 120 })).toEqual({
      hosts: ['b:0-11'],
      added: [],
      dropped: ['a:0-3'],
    });
  });
});

describe('layers of shards that overlap', () => {
  const speaks = { speaks: ownSpeaks };

  it('are no gap where the first of them can be cut', () => {
    const overlapping = [peer('x', [hosted(0, 8)], speaks), peer('y', [hosted(4, 11)])];
    const gap = [peer('x', [hosted(0, 8)]), peer('y', [hosted(4, 11)])];
    expect(plan({ memoryBytes: 30 }, { peers: overlapping }).hosts).not.toContain('a:9-11');
    expect(plan({ memoryBytes: 30 }, { peers: gap }).hosts).toEqual(['a:9-11']);
  });

  it('form a chain with this node’s own shard, which stays where it is', () => {
    const peers = [peer('y', [hosted(4, 11)])];
    const own = { shards: [hosted(0, 8)], memoryBytes: 90 };
    expect(plan(own, { peers })).toMatchObject({ hosts: ['a:0-8'], dropped: [] });
  });

  it('make room for layers that no peer hosts', () => {
    const demand = new Map([
      [a, 1],
      [b, 1],
    ]);
    const peers = [
      peer('y', [hosted(4, 11)], speaks),
      peer('z', [hosted(0, 8, b), hosted(9, 11)], speaks),
    ];
    const own = { shards: [hosted(0, 8)], memoryBytes: 90 };
    expect(plan(own, { demand, peers })).toEqual({
      hosts: ['a:0-3', 'b:9-11'],
      added: ['a:0-3', 'b:9-11'],
      dropped: ['a:0-8'],
    });
    const pins = [placed(0, 8)];
    expect(plan({ ...own, pins }, { demand, peers }).hosts).toEqual(['a:0-8']);
  });

  it('count where they are used: layers with little capacity after a cut get more hosts', () => {
    const parts = [
      peer('x', [hosted(0, 5, a, 50)], speaks),
      peer('y', [hosted(4, 11, a, 50)], speaks),
    ];
    expect(plan({ memoryBytes: 120 }, { peers: parts }).hosts).toEqual(['a:0-11']);
    expect(plan({ memoryBytes: 40 }, { peers: parts }).hosts).toEqual(['a:0-3']);
  });
});

describe('a node whose memory is full', () => {
  const full = { shards: [hosted(0, 11)], memoryBytes: 120 };

  it('keeps a needed shard, however much is missing elsewhere', () => {
    const demand = new Map([
      [a, 1],
      [b, 100],
    ]);
    expect(plan(full, { demand })).toMatchObject({ added: [], dropped: [] });
  });

  it('moves to layers that no peer hosts when no chain needs its shard', () => {
    const demand = new Map([
      [a, 1],
      [b, 1],
    ]);
    // Of two nodes that host the same layers, the one with the greater id is not needed.
    expect(plan(full, { demand, peers: [peer('a peer', [hosted(0, 11)])] }).hosts).toEqual([
      'b:0-11',
    ]);
    expect(plan(full, { demand, peers: [peer('zz', [hosted(0, 11)])] }).hosts).toEqual(['a:0-11']);
  });

  it('frees memory that it may no longer use, and drops unneeded shards first', () => {
    const peers = [peer('x', [hosted(0, 5)])];
    const shards = [hosted(0, 5), hosted(6, 11)];
    expect(plan({ shards, memoryBytes: 60 }, { peers }).hosts).toEqual(['a:6-11']);
  });

  const crowded = {
    demand: new Map([
      [a, 1],
      [b, 50],
    ]),
    peers: [
      peer('x', [hosted(0, 11, a, 50)]),
      peer('y', [hosted(0, 11, a, 50)]),
      peer('z', [hosted(0, 11, b, 5)]),
    ],
  };

  /** Whether the node moves in any of many epochs; in each, a draw decides whether it may. */
  function everMoves(own: Partial<OwnMachine>): boolean {
    return Array.from({ length: 40 }, (_, epoch) => epoch * epochMs).some(
      (now) => plan({ ...full, ...own }, { ...crowded, now }).hosts[0] === 'b:0-11',
    );
  }

  it('moves to a model that has far less capacity for its demand', () => {
    expect(everMoves({})).toBe(true);
  });

  it('stays when fetching takes longer than the gain is worth', () => {
    expect(everMoves({ downloadBytesPerSecond: 0.01 })).toBe(false);
  });

  it('stays for a while after a move', () => {
    expect(everMoves({ movedAt: 39 * epochMs })).toBe(false);
  });

  it('stays where it is pinned', () => {
    expect(everMoves({ pins: [placed(0, 11)] })).toBe(false);
  });
});

describe('nodes that host the same layers because they did not know of each other', () => {
  const chains = [peer('owner', [hosted(0, 3), hosted(4, 11)])];
  const twins = ['one', 'other'];
  const twin = (me: string, more: Partial<PeerRecord> = {}): ReturnType<typeof plan> =>
    plan(
      { peer: me, memoryBytes: 80, shards: [hosted(4, 11)] },
      {
        peers: [
          ...chains,
          ...twins
            .filter((name) => name !== me)
            .map((name) => peer(name, [hosted(4, 11)], { memoryBytes: 80, ...more })),
        ],
      },
    );

  it('differ in the next round: one moves to the layers with fewer hosts, the other stays', () => {
    expect(twins.flatMap((me) => twin(me).hosts).toSorted()).toEqual(['a:0-3', 'a:4-11']);
  });

  it('do not leave layers that only they serve now', () => {
    const planned = [placed(4, 11)];
    const alone = twins.map((me) =>
      plan(
        { peer: me, memoryBytes: 80, shards: [hosted(4, 11)] },
        {
          peers: [
            peer('owner', [hosted(0, 3)]),
            peer('spare', [], { planned }),
            peer('third', [], { planned }),
          ],
        },
      ),
    );
    expect(alone.map(({ hosts }) => hosts)).toEqual([['a:4-11'], ['a:4-11']]);
  });
});

describe('many nodes with the same knowledge', () => {
  const members = Array.from({ length: 6 }, (_, index) => `node ${index}`);

  it('divide the layers at once, without messages', () => {
    const plans = members.map(
      (me) =>
        plan(
          { peer: me, memoryBytes: 20 },
          {
            peers: members
              .filter((name) => name !== me)
              .map((name) => peer(name, [], { memoryBytes: 20 })),
          },
        ).hosts,
    );
    expect(plans.flat().toSorted()).toEqual(
      ['a:0-1', 'a:2-3', 'a:4-5', 'a:6-7', 'a:8-9', 'a:10-11'].toSorted(),
    );
  });

  it('decide the same in any order of the records', () => {
    const peers = members.map((name) => peer(name, [hosted(0, 3)], { memoryBytes: 100 }));
    expect(plan({}, { peers: peers.toReversed() })).toEqual(plan({}, { peers }));
  });

  it('take turns in a new order in each epoch, larger ones usually earlier', () => {
    const contenders = members.map((name, index) => ({
      peer: name,
      roomBytes: index === 3 ? 100 : 1,
    }));
    const orders = Array.from({ length: 50 }, (_, epoch) =>
      inTurn(contenders, epoch).map(({ peer }) => peer),
    );
    expect(new Set(orders.map((order) => order.join())).size).toBeGreaterThan(20);
    expect(orders.filter(([first]) => first === 'node 3').length).toBeGreaterThan(40);
    expect(lot('node 3', 7)).toBe(lot('node 3', 7));
    expect(lot('node 3', 7)).not.toBe(lot('node 3', 8));
  });
});
