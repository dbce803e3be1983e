/** The peers that this node knows, those in reach first. */
import type { PeerStatus } from '../../../src-shared/node-api.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { milliseconds, shortPeer } from '../../locales/format.ts';
import { text } from '../../locales/text.ts';

const words = text.status;

function Peer({ peer }: { peer: PeerStatus }) {
  const serves =
    peer.shards.length === 0
      ? words.peerServesNothing
      : peer.shards.map((shard) => words.peerShard(shard.model, shard)).join('; ');
  return (
    <li className="py-2.5 first:pt-0 last:pb-0">
      <div className="flex items-center justify-between gap-3">
        <span className="inline-flex items-center font-mono text-[0.8125rem]" title={peer.peer}>
          {shortPeer(peer.peer)}
          <CopyButton value={peer.peer} label={words.copyPeerId} />
        </span>
        <StateBadge tone={peer.connected ? 'good' : 'quiet'}>
          {peer.connected ? words.peerStates.connected : words.peerStates.away}
        </StateBadge>
      </div>
      <p className="text-xs text-muted tabular-nums">
        {words.latency}:{' '}
        {peer.latencyMs === null ? words.latencyUnknown : milliseconds(peer.latencyMs)}
        {' · '}
        {words.peerServes}: {serves}
      </p>
    </li>
  );
}

export function PeerList({ peers }: { peers: readonly PeerStatus[] }) {
  return (
    <Card title={words.peers}>
      {peers.length === 0 ? (
        <p className="text-sm text-muted">{words.noPeers}</p>
      ) : (
        <ul className="divide-y divide-line">
          {peers
            .toSorted((one, other) => Number(other.connected) - Number(one.connected))
            .map((peer) => (
              <Peer key={peer.peer} peer={peer} />
            ))}
        </ul>
      )}
    </Card>
  );
}
