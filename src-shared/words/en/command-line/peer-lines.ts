/** What `peers` and `bootstrap` print, as lines of text. Pure. */
import { missingCase } from '../../../errors.ts';
import type { NodeStatus, PeerStatus, Way } from '../../../api/node-status.ts';
import { pathAdvice } from '../../../path-advice.ts';
import { tableLines } from '../../table.ts';
import { shortPeer } from '../format.ts';
import { pathSentence } from '../paths.ts';
import { latency } from './amounts.ts';

const ways: Record<Way, string> = {
  lan: 'this network',
  direct: 'direct',
  punched: 'direct, punched',
  relay: 'relay',
};

/** What `peers` prints: the peers, how each is reached, and what would make that better. */
export function peerLines(
  node: Pick<NodeStatus, 'peersKnown' | 'reach' | 'entrance'> & {
    readonly peers: readonly PeerStatus[];
  },
): string[] {
  const { peers, peersKnown = peers.length } = node;
  if (peers.length === 0) {
    return [
      'No peers yet.',
      'Peers on this network are found automatically. To add others: mindmesh settings add peers ADDRESS',
    ];
  }
  const sorted = peers.toSorted(
    (a, b) =>
      Number(b.connected) - Number(a.connected) ||
      (a.latencyMs ?? Infinity) - (b.latencyMs ?? Infinity) ||
      a.peer.localeCompare(b.peer),
  );
  const rows = sorted.map((peer) => [
    shortPeer(peer.peer),
    peer.silent === true ? 'does not answer' : stateWords(peer.state ?? 'serving'),
    wayWords(peer),
    peer.latencyMs === null ? '–' : latency(peer.latencyMs),
    peer.region === undefined || peer.region === '' ? '–' : peer.region,
    hostingWords(peer),
  ]);
  const more = peersKnown - peers.length;
  const advice = new Set(
    sorted.flatMap((peer) => {
      const told = pathAdvice(node, peer);
      return told === undefined ? [] : [pathSentence(told)];
    }),
  );
  return [
    ...tableLines([['Peer', 'State', 'Way', 'Latency', 'Region', 'Hosts'], ...rows]),
    ...(more > 0 ? [`and ${more} more that are known but not connected`] : []),
    ...(advice.size > 0 ? ['', ...advice] : []),
  ];
}

/** What `bootstrap` prints once it runs. */
export function bootstrapLines(
  version: string,
  addresses: readonly string[],
  dataFolder: string,
): string[] {
  return [
    `MindMesh ${version} runs as a bootstrap node and relay.`,
    '',
    ...addresses.map((address, index) => `  ${index === 0 ? 'Address' : '       '}  ${address}`),
    `  Data     ${dataFolder}`,
    '',
    'Other computers use it with: mindmesh settings add bootstrap ADDRESS',
    'Press Ctrl-C to stop.',
  ];
}

function stateWords(state: NonNullable<PeerStatus['state']>): string {
  switch (state) {
    case 'serving':
      return 'ready';
    case 'draining':
      return 'finishing';
    case 'paused':
      return 'paused';
    case 'leaving':
      return 'leaving';
    default:
      return missingCase(state);
  }
}

function wayWords({ connected, relayed, way }: PeerStatus): string {
  return connected
    ? ways[way ?? (relayed === true ? 'relay' : 'direct')]
    : `not connected${relayed === true ? ' (relay)' : ''}`;
}

function hostingWords({ shards }: PeerStatus): string {
  return shards.length === 0
    ? 'nothing'
    : shards
        .map(({ model, firstLayer, lastLayer }) => `${model} ${firstLayer}–${lastLayer}`)
        .join(', ');
}
