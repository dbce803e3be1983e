/** The page about the state of this machine: its node, its shards, its API and its usage. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { DutyCard } from '../../features/duty/duty-card.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { ApiCard } from './api-card.tsx';
import { NodeCard } from './node-card.tsx';
import { ShardList } from './shard-list.tsx';
import { UsageCard } from './usage-card.tsx';

export function StatusView({ snapshot }: { snapshot: HostSnapshot }) {
  const { node } = snapshot;
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto w-full max-w-4xl space-y-4 p-4 md:p-6">
        <h1 className="text-xl font-semibold tracking-tight">{text.status.title}</h1>
        <DutyCard snapshot={snapshot} withReasons={false} />
        <NodeCard snapshot={snapshot} />
        {node === null ? null : <ShardList shards={node.shards} models={node.models} />}
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <ApiCard baseUrl={snapshot.api.baseUrl} />
          <UsageCard />
        </div>
      </div>
    </div>
  );
}
