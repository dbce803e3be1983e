/**
 * How long planning a route takes with 10,000 known peers and a model of 80 layers. Three meshes: peers with several
 * models; peers that all host the requested model, in a few sizes of shard; and the same with shards that begin and
 * end anywhere. Each is measured with and without rules. The planner is busiest while a chain is replaced, so the
 * spares of a route and the index are measured, too.
 */
import { setImmediate } from 'node:timers/promises';
import { noRules, type RouteRules, routeRulesSchema } from '../../src-shared/route-rules.ts';
import type { KnownPeer, RecordedShard } from '../../src-worker/node/mesh/records/record.ts';
import { collectOffers } from '../../src-worker/node/routing/offers.ts';
import { planRoute, type RouteQuestion } from '../../src-worker/node/routing/plan-route.ts';
import { planSpares } from '../../src-worker/node/routing/plan-spares.ts';
import { RouteIndex } from '../../src-worker/node/routing/route-index.ts';
import { ownSpeaks } from '../../src-worker/wire/speaks.ts';
import { type Bench, type BenchResult, say } from './report.ts';
import { quantile, round } from './statistics.ts';

const peers = 10_000;
const layers = 80;
const turns = 400;
const warmUpTurns = 50;
const models = Array.from({ length: 8 }, (_, index) => index.toString(16).padStart(64, '0'));
const [asked = ''] = models;
const self = 'peer-self';

const rules: RouteRules = routeRulesSchema.parse({
  poolOnly: true,
  regions: ['EU'],
  priceCeiling: 80,
  leastOperators: 2,
});

type Mesh = {
  readonly name: string;
  readonly models: readonly string[];
  readonly cut: (random: () => number) => readonly [number, number];
};

/** Cuts as placement makes them: halves, quarters and tenths of a model, and a few whole ones. */
function usualCut(random: () => number): readonly [number, number] {
  const sizes = [80, 40, 40, 20, 20, 20, 10, 10, 10, 8];
  const size = sizes[Math.floor(random() * sizes.length)] ?? layers;
  const first = Math.floor(random() * (layers / size)) * size;
  return [first, first + size - 1];
}

function anyCut(random: () => number): readonly [number, number] {
  const first = Math.floor(random() * layers);
  return [first, Math.min(layers - 1, first + Math.floor(random() * 20))];
}

const meshes: readonly Mesh[] = [
  { name: 'eight models', models, cut: usualCut },
  { name: 'one model', models: [asked], cut: usualCut },
  { name: 'one model, cut anywhere', models: [asked], cut: anyCut },
];

export const route: Bench = {
  about: 'planning over 10,000 known peers and 80 layers (p99 ≤ 5 ms)',
  run: async () => {
    const rows: BenchResult['rows'][number][] = [];
    const remarks: string[] = [];
    const usual = { p50: 0, p99: 0 };
    const worst = { p50: 0, p99: 0 };
    for (const mesh of meshes) {
      const random = randomNumbers(7);
      const known = Array.from({ length: peers }, (_, index) => knownPeer(index, mesh, random));
      const index = new RouteIndex();
      const filling = await timesOf(known.length, (turn) => {
        const one = known[turn];
        if (one !== undefined) {
          index.set(one);
        }
      });
      const poolMembers = new Set(known.filter(() => random() < 0.5).map(({ peer }) => peer));
      for (const [words, given] of [
        ['no', noRules],
        ['pool, EU, price, 2 operators', rules],
      ] as const) {
        say(`Planning over ${mesh.name}, ${words} rules …`);
        const question = (turn: number): RouteQuestion => ({
          model: { manifestId: asked, name: 'Bench', layers },
          self,
          ownShards: [],
          peers: index.hosts(asked),
          excluded: new Set(),
          sequenceTokens: 100 + turn,
          cells: 600,
          rules: given,
          poolMembers,
        });
        // Each route is planned just after a record has changed, so that the list of hosts is made again.
        const refresh = (turn: number): void => {
          const one = known[(turn * 37) % known.length];
          if (one !== undefined) {
            index.set(one);
          }
        };
        const planning = await timesOf(turns, (turn) => {
          refresh(turn);
          planRoute(question(turn));
        });
        const collecting = await timesOf(turns, (turn) => collectOffers(question(turn), given));
        const sparing = await timesOf(turns, (turn) =>
          planSpares(question(turn), planRoute(question(turn))),
        );
        // The figure of the mesh with several models counts; a mesh in which all peers host the requested model is
        // the worst case.
        const figure = mesh.models.length > 1 ? usual : worst;
        figure.p50 = Math.max(figure.p50, quantile(planning, 0.5));
        figure.p99 = Math.max(figure.p99, quantile(planning, 0.99));
        rows.push({
          mesh: mesh.name,
          rules: words,
          hosts: index.hosts(asked).length,
          stages: planRoute(question(0)).length,
          'p50 (ms)': round(quantile(planning, 0.5), 2),
          'p99 (ms)': round(quantile(planning, 0.99), 2),
          'of it offers p50 (ms)': round(quantile(collecting, 0.5), 2),
          'with spares p99 (ms)': round(quantile(sparing, 0.99), 2),
        });
      }
      remarks.push(
        `${mesh.name}: a changed record enters the index in ${round(quantile(filling, 0.5) * 1000, 1)} µs.`,
      );
    }
    remarks.push(
      'Offers: one pass over the hosts of the model, judging each by the rules and its cost. The rest is the search for the chain.',
    );
    return {
      rows,
      remarks,
      figures: {
        p50Ms: round(usual.p50, 3),
        p99Ms: round(usual.p99, 3),
        worstP50Ms: round(worst.p50, 3),
        worstP99Ms: round(worst.p99, 3),
      },
    };
  },
};

/** Milliseconds of each turn, without the first ones, whose code is not compiled yet. */
async function timesOf(count: number, act: (turn: number) => void): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    // Garbage of earlier turns is collected between turns, as it would be between two requests.
    if (turn % 10 === 0) {
      await setImmediate();
    }
    const start = performance.now();
    act(turn);
    times.push(performance.now() - start);
  }
  return times.slice(warmUpTurns);
}

function knownPeer(index: number, mesh: Mesh, random: () => number): KnownPeer {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const manifestId = pick(mesh.models) ?? asked;
  const [firstLayer, lastLayer] = mesh.cut(random);
  const share = (lastLayer - firstLayer + 1) / layers;
  const shard: RecordedShard = {
    manifestId,
    firstLayer,
    lastLayer,
    freeSessions: Math.floor(random() * 9),
    maxSessions: 8,
    contextLength: 8192,
    freeCells: Math.floor(random() * 8192),
    tokensPerSecond: random() < 0.2 ? 0 : (5 + random() * 30) / share,
  };
  return {
    peer: `12D3KooW${index.toString(36).padStart(44, 'x')}`,
    record: {
      sequence: index,
      speaks: ownSpeaks,
      state: random() < 0.95 ? 'serving' : 'draining',
      addresses: ['/ip4/192.0.2.1/tcp/4001'],
      models: [],
      shards: [shard],
      region: pick(['DE', 'FR', 'US', 'JP', '']) ?? '',
      price: Math.floor(random() * 100),
    },
    receivedAt: 0,
    connected: random() < 0.1,
    latencyMs: random() < 0.1 ? random() * 200 : undefined,
    relayed: random() < 0.2,
    reputation: 0.5 + random() / 2,
  };
}

/** A mulberry32 generator: small, and it gives the same numbers everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
