/** A shard that this node should serve, with the facts that are known without its engine. Pure. */
import { AppError } from '../../../src-shared/errors.ts';
import { allLayers } from '../../../src-shared/layers.ts';
import type { LayerRange, ModelSummary } from '../../../src-shared/model.ts';
import type { HostedShard } from '../../../src-shared/api/node-config.ts';
import type { ShardStatus } from '../../../src-shared/api/node-status.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { RecordedShard } from '../mesh/records/record.ts';
import type { EngineSettings } from './engine-settings.ts';
import { expectedMemoryBytes } from './expected-memory.ts';

export type DesiredShard = {
  readonly model: ModelSummary;
  readonly layers: LayerRange;
  /** The tensors in the model's manifest; undefined where this node does not have it. */
  readonly tensors: Manifest['tensors'] | undefined;
};

/** @throws AppError `setting-invalid` for layers that the model does not have */
export function desiredShard(
  { layers: wanted }: HostedShard,
  model: ModelSummary,
  tensors: Manifest['tensors'] | undefined,
): DesiredShard {
  const layers = wanted ?? allLayers(model.layers);
  if (layers.lastLayer >= model.layers) {
    throw new AppError(
      'setting-invalid',
      `Layers ${layers.firstLayer} to ${layers.lastLayer} of ${model.name} cannot be hosted: it has ` +
        `layers 0 to ${model.layers - 1}`,
    );
  }
  return { model, layers, tensors };
}

/** The memory that the shard will take once it is loaded; undefined where that is unknown. */
export function expectedMemoryOf(
  { model, layers, tensors }: DesiredShard,
  settings: EngineSettings,
): number | undefined {
  return tensors === undefined
    ? undefined
    : expectedMemoryBytes(tensors, layers, model.layers, {
        contextLength: cells(model, settings),
        maxSessions: settings.maxSessions,
      });
}

/** The shard's status in the node's status while it is not loaded. @param refused why it will not be */
export function idleStatus(
  shard: DesiredShard,
  settings: EngineSettings,
  onDevices: Pick<ShardStatus, 'expectedDeviceBytes' | 'layersOnDevices'>,
  refused?: string,
): ShardStatus {
  return {
    ...shard.layers,
    manifestId: shard.model.manifestId,
    model: shard.model.name,
    ...(refused === undefined
      ? ({ state: 'idle', fault: null, failure: null } as const)
      : ({
          state: 'faulted',
          fault: refused,
          failure: { code: 'engine-load-failed', message: refused, inARow: 1 },
        } as const)),
    backend: null,
    pid: null,
    memoryBytes: 0,
    expectedMemoryBytes: expectedMemoryOf(shard, settings),
    deviceBytes: 0,
    ...onDevices,
    sessions: 0,
    maxSessions: settings.maxSessions,
    tokensPerSecond: 0,
  };
}

/** The record by which routes for this node's own user count on the shard, whose questions load it. */
export function idleRecord(
  { model, layers }: DesiredShard,
  settings: EngineSettings,
): RecordedShard {
  const { maxSessions } = settings;
  const contextLength = cells(model, settings);
  return {
    ...layers,
    manifestId: model.manifestId,
    freeSessions: maxSessions,
    maxSessions,
    contextLength,
    freeCells: contextLength,
    tokensPerSecond: 0,
  };
}

/** Cache cells of a shard, in tokens: the model's own limit caps what the owner set. */
export function cells(model: ModelSummary, { contextLength }: EngineSettings): number {
  return Math.min(contextLength, model.contextLength);
}
