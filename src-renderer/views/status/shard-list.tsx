/** The shards that this machine serves. */
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import type { ShardStatus } from '../../../src-shared/api/node-status.ts';
import { Card } from '../../components/card.tsx';
import { Facts } from '../../components/facts.tsx';
import { StateBadge, type Tone } from '../../components/state-badge.tsx';
import { LayerBar } from '../../features/models/layer-bar.tsx';
import { shardCoverage } from '../../features/models/layer-coverage.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.status;

const tones: Record<ShardStatus['state'], Tone> = {
  idle: 'paused',
  starting: 'busy',
  serving: 'good',
  faulted: 'bad',
};

function Shard({ shard, model }: { shard: ShardStatus; model: ModelEntry | undefined }) {
  const layers = model?.layers;
  return (
    <li className="space-y-3 py-4 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-center justify-between gap-x-3">
        <h3 className="font-medium">{model?.alias ?? shard.model}</h3>
        <span className="flex items-center gap-3 text-sm text-muted">
          <span>{words.shardLayers(shard, layers)}</span>
          <StateBadge tone={tones[shard.state]}>{words.shardStates[shard.state]}</StateBadge>
        </span>
      </div>
      <LayerBar runs={shardCoverage(layers ?? shard.lastLayer + 1, shard)} />
      {shard.state === 'idle' ? null : shard.fault === null ? (
        <Facts
          facts={[
            {
              name: words.engine,
              value: shard.backend === null ? words.unknown : words.backend(shard.backend),
            },
            { name: words.memory, value: words.bytes(shard.memoryBytes) },
            {
              name: words.sessions,
              value: words.sessionCounts(shard.sessions, shard.maxSessions),
            },
            { name: words.shardSpeed, value: words.tokensPerSecond(shard.tokensPerSecond) },
          ]}
        />
      ) : (
        <p className="text-sm text-bad">{shard.fault}</p>
      )}
    </li>
  );
}

export function ShardList({
  shards,
  models,
}: {
  shards: readonly ShardStatus[];
  models: readonly ModelEntry[];
}) {
  const modelOf = (shard: ShardStatus): ModelEntry | undefined =>
    models.find((model) => model.manifestId === shard.manifestId);
  return (
    <Card title={words.shards}>
      {shards.length === 0 ? (
        <p className="text-sm text-muted">{words.noShards}</p>
      ) : (
        <ul className="divide-y divide-line">
          {shards.map((shard) => (
            <Shard
              key={`${shard.manifestId}/${shard.firstLayer}-${shard.lastLayer}`}
              shard={shard}
              model={modelOf(shard)}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}
