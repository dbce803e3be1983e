/** The state of this node in a sentence, with its peer id and version. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { nodeSummary } from '../../features/node/node-summary.ts';
import { useNow } from '../../features/node/use-now.ts';
import { shortPeer, text } from '../../../src-shared/words/window.ts';

const words = text.status;

function PeerId({ peer }: { peer: string }) {
  return (
    <span className="-my-1 inline-flex items-center">
      <span className="font-mono text-[0.8125rem]" title={peer}>
        {shortPeer(peer)}
      </span>
      <CopyButton value={peer} label={words.copyPeerId} />
    </span>
  );
}

export function NodeCard({ snapshot }: { snapshot: HostSnapshot }) {
  const now = useNow();
  const { tone, word, sentence } = nodeSummary(snapshot);
  const { node } = snapshot;
  const nodeFacts =
    node === null
      ? []
      : [
          { name: words.peerId, value: <PeerId peer={node.peer} /> },
          { name: words.speed, value: words.tokensPerSecond(node.tokensPerSecond) },
          {
            name: words.requests,
            value: words.requestCounts(node.requests.active, node.requests.queued),
          },
        ];
  return (
    <Card title={words.thisNode} aside={<StateBadge tone={tone}>{word}</StateBadge>}>
      <p className="mb-4 text-lg leading-snug text-balance wrap-anywhere">{sentence}</p>
      <Facts
        facts={[
          ...nodeFacts,
          { name: words.runningFor, value: words.duration(now - snapshot.startedAt) },
          { name: words.version, value: snapshot.version },
        ]}
      />
    </Card>
  );
}
