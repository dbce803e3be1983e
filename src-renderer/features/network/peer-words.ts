/** What people see of a peer: its name, how it is reached, and how far it is trusted. Pure. */
import { missingCase } from '../../../src-shared/errors.ts';
import type { PeerStatus } from '../../../src-shared/api/node-status.ts';
import type { Pool } from '../../../src-shared/pool.ts';
import type { Tone } from '../../components/state-badge.tsx';
import { countryName, text } from '../../../src-shared/words/window.ts';

const words = text.network;

/** Connected peers first, then by latency. */
export function inOrder(peers: readonly PeerStatus[]): PeerStatus[] {
  return peers.toSorted(
    (one, other) =>
      Number(other.connected) - Number(one.connected) ||
      (one.latencyMs ?? Infinity) - (other.latencyMs ?? Infinity) ||
      one.peer.localeCompare(other.peer),
  );
}

/** The peer's state: its own report, unless it is out of reach. */
export function peerState(peer: Pick<PeerStatus, 'connected' | 'state' | 'silent'>): {
  readonly tone: Tone;
  readonly word: string;
} {
  const { connected, silent = false, state = 'serving' } = peer;
  if (!connected) {
    return { tone: 'quiet', word: words.states.away };
  }
  if (silent) {
    return { tone: 'quiet', word: words.states.silent };
  }
  switch (state) {
    case 'serving':
      return { tone: 'good', word: words.states.serving };
    case 'draining':
      return { tone: 'busy', word: words.states.draining };
    case 'paused':
      return { tone: 'paused', word: words.states.paused };
    case 'leaving':
      return { tone: 'quiet', word: words.states.leaving };
    default:
      return missingCase(state);
  }
}

export function wayWords({
  connected,
  relayed = false,
  way = relayed ? 'relay' : 'direct',
}: Pick<PeerStatus, 'connected' | 'relayed' | 'way'>): string {
  if (connected) {
    return words.ways[way];
  }
  return relayed ? words.noWayButRelay : words.noWay;
}

export function regionWords(region: string | undefined): string {
  return region === undefined || region === '' ? words.regionUnknown : countryName(region);
}

/** A fault counts half after ten minutes, so a bad standing improves by itself. */
export function reputationWords(reputation = 1): string {
  if (reputation === 1) {
    return words.standings.good;
  }
  return reputation >= 0.5 ? words.standings.doubtful : words.standings.bad;
}

/** Names by peer id, as the members of this machine's pools call themselves. */
export function memberNames(pools: readonly Pool[] | null): ReadonlyMap<string, string> {
  return new Map(
    (pools ?? []).flatMap(({ members }) => members.map(({ peer, name }) => [peer, name] as const)),
  );
}
