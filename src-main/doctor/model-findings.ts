/** The layers that this machine hosts, or would host, and the memory for them. Pure. */
import type { ShardStatus } from '../../src-shared/api/node-status.ts';
import type { Finding, FindingLevel, FindingOf } from '../../src-shared/doctor/finding.ts';
import type { Known } from './known.ts';

export function modelFindings({
  app,
  node,
  settings,
}: Pick<Known, 'app' | 'node' | 'settings'>): Finding[] {
  if (node === null) {
    return [];
  }
  if (node.shards.length === 0) {
    const isAutomatic = settings.hosting === 'automatic';
    return [{ code: 'nothing-hosted', level: 'note', isAutomatic }];
  }
  const { hostingMemoryBytes: limitBytes } = app;
  const expectedBytes = node.shards.reduce((sum, shard) => sum + neededBytes(shard), 0);
  return [
    ...node.shards.map((shard) => shardFinding(shard, node.models)),
    ...(limitBytes === undefined
      ? []
      : [
          {
            code: 'hosting-memory',
            level: expectedBytes > limitBytes ? 'problem' : 'good',
            limitBytes,
            expectedBytes,
          } as const,
        ]),
  ];
}

function neededBytes({ expectedMemoryBytes, memoryBytes }: ShardStatus): number {
  return expectedMemoryBytes ?? memoryBytes;
}

const levels: Readonly<Record<ShardStatus['state'], FindingLevel>> = {
  idle: 'note',
  starting: 'note',
  serving: 'good',
  faulted: 'problem',
};

function shardFinding(
  shard: ShardStatus,
  models: NonNullable<Known['node']>['models'],
): FindingOf<'shard'> {
  const { firstLayer, lastLayer } = shard;
  const of = models.find(({ manifestId }) => manifestId === shard.manifestId)?.layers;
  return {
    code: 'shard',
    level: levels[shard.state],
    model: shard.model,
    layers: { firstLayer, lastLayer },
    of: of ?? null,
    state: shard.state,
    fault: shard.fault,
    backend: shard.backend,
    memoryBytes: shard.memoryBytes,
    expectedBytes: shard.expectedMemoryBytes ?? null,
    deviceBytes: shard.deviceBytes,
    expectedDeviceBytes: shard.expectedDeviceBytes ?? null,
    layersOnDevices: shard.layersOnDevices ?? null,
  };
}
