/** The state of this node as a tone, a word and a sentence. */
import { missingCase } from '../../../src-shared/errors.ts';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import type { Tone } from '../../components/state-badge.tsx';
import { text } from '../../../src-shared/words/window.ts';

export interface NodeSummary {
  readonly tone: Tone;
  readonly word: string;
  readonly sentence: string;
}

export function connectedPeers(node: Pick<NodeStatus, 'peers'>): number {
  return node.peers.filter((peer) => peer.connected).length;
}

function runningSummary(node: NodeStatus): NodeSummary {
  const serving = node.shards.filter((shard) => shard.state === 'serving').length;
  if (node.shards.some((shard) => shard.state === 'faulted')) {
    return { tone: 'bad', word: text.node.trouble, sentence: text.node.troubleSentence };
  }
  if (node.shards.some((shard) => shard.state === 'starting')) {
    return { tone: 'busy', word: text.node.loading, sentence: text.node.loadingSentence };
  }
  const connected = connectedPeers(node);
  const idle = node.shards.length === 0 ? text.node.noShardsSentence : text.node.notLoadedSentence;
  const sentence = serving === 0 ? idle : text.node.loadedSentence;
  return {
    tone: 'good',
    word: text.node.running,
    sentence: sentence(connected),
  };
}

export function nodeSummary(snapshot: Pick<HostSnapshot, 'state' | 'fault' | 'node'>): NodeSummary {
  switch (snapshot.state) {
    case 'faulted':
      return {
        tone: 'bad',
        word: text.node.faulted,
        sentence: text.node.faultSentence(snapshot.fault),
      };
    case 'stopping':
      return { tone: 'quiet', word: text.node.stopping, sentence: text.node.stoppingSentence };
    case 'starting':
      return { tone: 'busy', word: text.node.starting, sentence: text.node.startingSentence };
    case 'running':
      return snapshot.node === null
        ? { tone: 'busy', word: text.node.starting, sentence: text.node.startingSentence }
        : runningSummary(snapshot.node);
    default:
      return missingCase(snapshot.state);
  }
}
