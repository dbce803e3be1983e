/** What the node's engines were seen doing, from one status of the node to the next. Pure. */
import type { Compute } from '../../src-shared/compute.ts';
import type { Facts } from '../../src-shared/duty.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import type { Work } from './duty-input.ts';
import { type EngineOrders, enginesOf, mayBeginAnswers } from './engine-orders.ts';
import { answersInFlight, failureOf, type Loaded } from './engine-work.ts';
import { type DeviceUse, nextDeviceUse, noDeviceUse } from './device-use.ts';
import { mainMemoryNeeded, sharesMemory } from './main-memory.ts';
import { neededMemory } from './needed-memory.ts';

export type SeenWork = {
  readonly loaded: Loaded;
  readonly mainMemoryNeededBytes: number;
  readonly deviceUse: DeviceUse;
  /** The newest failure of all shards. */
  readonly failure: Work['failure'];
  /** Whether all shards have failed now. */
  readonly hasFailed: boolean;
};

/** The state before the first status of the node. */
export function firstSeenWork(mayUseGpu: boolean): SeenWork {
  return {
    loaded: { usesGpu: mayUseGpu, backend: null, compute: null, videoMemoryNeededBytes: 0 },
    mainMemoryNeededBytes: 0,
    deviceUse: noDeviceUse,
    failure: null,
    hasFailed: false,
  };
}

export function nextSeenWork(
  previous: SeenWork,
  { shards, deviceMemory }: Pick<NodeStatus, 'shards' | 'deviceMemory'>,
  gpus: Facts['gpus'],
  settings: Settings,
  compute: Compute | null,
): SeenWork {
  const failure = failureOf(shards);
  const loaded = neededMemory(shards, { ...previous.loaded, compute }, gpus, settings);
  return {
    loaded,
    mainMemoryNeededBytes: mainMemoryNeeded(
      shards,
      previous.mainMemoryNeededBytes,
      sharesMemory(gpus, settings, loaded),
    ),
    deviceUse: nextDeviceUse(previous.deviceUse, deviceMemory, compute, shards),
    failure:
      failure !== null && !previous.hasFailed
        ? {
            number: (previous.failure?.number ?? 0) + 1,
            code: failure.code,
            sentence: failure.message,
          }
        : previous.failure,
    hasFailed: failure !== null,
  };
}

/** The same as an input of the duty. `status` is null while the node does not run. */
export function workOf(
  { loaded, mainMemoryNeededBytes, deviceUse, failure }: SeenWork,
  orders: EngineOrders,
  status: Pick<NodeStatus, 'shards'> | null,
): Omit<Work, 'isSuspending'> {
  return {
    engines: enginesOf(orders, status),
    answersInFlight: Math.max(
      answersInFlight(status?.shards ?? []),
      mayBeginAnswers(orders) ? 1 : 0,
    ),
    failure,
    mainMemoryNeededBytes,
    othersOnDevices: deviceUse.others,
    ...loaded,
  };
}
