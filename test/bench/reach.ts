/**
 * How soon a fresh install finds its peers and reaches them, on internets of network namespaces: behind routers of several
 * kinds, without IPv4 or UDP, after a sleep and a restart of the router.
 */
import { whyNoNamespaces } from '../support/mesh/network-namespaces.ts';
import { playReach, type Reached } from '../support/reach/play-reach.ts';
import { type ReachCase, reachCases } from '../support/reach/reach-cases.ts';
import { type Bench, say } from './report.ts';
import { round } from './statistics.ts';

/** What is wanted, in milliseconds. */
const wanted = { api: 3000, firstPeer: 5000, direct: 10_000 } as const;

export const reach: Bench = {
  about:
    'a fresh install in 13 networks: API ≤ 3 s, first peer ≤ 5 s, direct ≤ 10 s where that is possible; or those named after it',
  run: async () => {
    const obstacle = whyNoNamespaces();
    if (obstacle !== undefined) {
      throw new Error(`Networks cannot be played here, since ${obstacle}`);
    }
    const names = process.argv.slice(3);
    const cases = Object.entries<ReachCase>(reachCases).filter(
      ([name]) => names.length === 0 || names.includes(name),
    );
    const played: (readonly [ReachCase, Reached])[] = [];
    for (const [, reachCase] of cases) {
      say(`Two computers, ${reachCase.name} …`);
      played.push([reachCase, await playReach(reachCase)]);
    }
    const met = played.filter(([each, reached]) => isMet(each, reached)).length;
    return {
      rows: played.map(([each, reached]) => row(each, reached)),
      remarks: [
        `${met} of ${played.length} are as wanted: API within ${seconds(wanted.api)} s, first peer within ${seconds(wanted.firstPeer)} s, a direct path within ${seconds(wanted.direct)} s where one is possible.`,
        'Times count from the start of the last process, to what that one sees. "Back": how long a question waited after the sleep,',
        'and the longest pause of the answer in which the router restarted.',
      ],
      figures: {
        met,
        cases: played.length,
        apiMaxMs: worst(played, ({ apiMs }) => apiMs),
        firstPeerMaxMs: worst(played, ({ firstPeerMs }) => firstPeerMs),
      },
    };
  },
};

function isMet({ best }: ReachCase, reached: Reached): boolean {
  const { apiMs, firstPeerMs = Infinity, directMs = Infinity, isAnswered = true, way } = reached;
  const isNear = best === 'relay' ? way === 'relay' : directMs <= wanted.direct;
  return apiMs <= wanted.api && firstPeerMs <= wanted.firstPeer && isNear && isAnswered;
}

function row(each: ReachCase, reached: Reached): Record<string, string> {
  const { apiMs, firstPeerMs, directMs, way, backMs, isAnswered } = reached;
  return {
    'two computers,': each.name,
    'API (s)': seconds(apiMs),
    'first peer (s)': seconds(firstPeerMs),
    'direct (s)': each.best === 'relay' ? 'impossible' : seconds(directMs),
    way,
    'back (s)':
      each.afterwards === undefined ? '' : isAnswered === true ? seconds(backMs) : 'no answer',
    'as wanted': isMet(each, reached) ? 'yes' : 'NO',
  };
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? 'never' : String(round(ms / 1000, 1));
}

function worst(
  played: readonly (readonly [ReachCase, Reached])[],
  of: (reached: Reached) => number | undefined,
): number | null {
  const most = Math.max(...played.map(([, reached]) => of(reached) ?? Infinity));
  return Number.isFinite(most) ? round(most, 0) : null;
}
