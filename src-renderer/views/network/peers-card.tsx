/** All known peers, connected ones first: how they are reached, their standing, and what they host. */
import { useState } from 'react';
import type { NodeStatus, PeerStatus } from '../../../src-shared/api/node-status.ts';
import { pathAdvice } from '../../../src-shared/path-advice.ts';
import { pathSentence } from '../../../src-shared/words/words.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import {
  inOrder,
  peerState,
  regionWords,
  reputationWords,
  wayWords,
} from '../../features/network/peer-words.ts';
import { shortPeer, text } from '../../../src-shared/words/window.ts';

const words = text.network;

/** Further peers show after a click. */
const mostAtFirst = 50;

function Peer({
  peer,
  node,
  name,
}: {
  peer: PeerStatus;
  node: NodeStatus;
  name: string | undefined;
}) {
  const { tone, word } = peerState(peer);
  const advice = pathAdvice(node, peer);
  const serves =
    peer.shards.length === 0
      ? words.servesNothing
      : peer.shards.map((shard) => text.status.peerShard(shard.model, shard)).join('; ');
  return (
    <li className="space-y-2 py-4 first:pt-0 last:pb-0">
      <div className="flex items-center justify-between gap-3">
        <div className="flex min-w-0 items-center gap-1">
          <h3 className="flex min-w-0 items-baseline gap-2" title={peer.peer}>
            {name === undefined ? null : <span className="truncate font-medium">{name}</span>}
            <span className="shrink-0 font-mono text-[0.8125rem]">{shortPeer(peer.peer)}</span>
          </h3>
          <CopyButton value={peer.peer} label={words.copyPeerId(name ?? shortPeer(peer.peer))} />
        </div>
        <StateBadge tone={tone}>{word}</StateBadge>
      </div>
      <Facts
        facts={[
          { name: words.connection, value: wayWords(peer) },
          {
            name: words.latency,
            value:
              peer.latencyMs === null ? words.latencyUnknown : words.milliseconds(peer.latencyMs),
          },
          { name: words.region, value: regionWords(peer.region) },
          { name: words.standing, value: reputationWords(peer.reputation) },
        ]}
      />
      {advice === undefined ? null : <p className="text-sm text-muted">{pathSentence(advice)}</p>}
      <p className="text-sm text-muted wrap-anywhere">
        {words.serves}: {serves}
      </p>
    </li>
  );
}

export function PeersCard({
  node,
  names,
  isSearching,
}: {
  node: NodeStatus;
  /** Members' names by peer id. */
  names: ReadonlyMap<string, string>;
  /** Whether peers on this network are found by themselves. */
  isSearching: boolean;
}) {
  const { peers, peersKnown: known = peers.length } = node;
  const [isWhole, setIsWhole] = useState(false);
  const shown = inOrder(peers).slice(0, isWhole ? peers.length : mostAtFirst);
  const connected = peers.filter((peer) => peer.connected).length;
  return (
    <Card
      title={words.peers}
      aside={<span className="text-xs text-muted">{words.peersInAll(connected)}</span>}
    >
      {peers.length === 0 ? (
        <p className="text-sm text-muted">{isSearching ? words.noPeers : words.noPeersUnsought}</p>
      ) : (
        <ul className="divide-y divide-line">
          {shown.map((peer) => (
            <Peer key={peer.peer} peer={peer} node={node} name={names.get(peer.peer)} />
          ))}
        </ul>
      )}
      {shown.length < peers.length ? (
        <Button className="mt-4" onClick={() => setIsWhole(true)}>
          {words.showAll(peers.length)}
        </Button>
      ) : known > peers.length ? (
        <p className="mt-3 text-sm text-muted">{words.peersMore(known - peers.length)}</p>
      ) : null}
    </Card>
  );
}
