/** A shard host over engines without processes. */
import { afterEach, beforeEach, vi } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import { samplingSchema } from '../../../src-shared/model.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type {
  ServingShard,
  ShardSessionListener,
  ShardSessionRequest,
} from '../../../src-worker/node/engines/serving-shard.ts';
import {
  ShardHost,
  type ShardHostOptions,
  type ShardSource,
} from '../../../src-worker/node/engines/shard-host.ts';
import { FakeEngines } from './node-fake-engines.ts';
import { fakeModel } from './node-fake-mesh.ts';

/** One of the three places is the owner's. */
export const fakeSettings = {
  threads: 1,
  backend: 'cpu',
  devices: null,
  memoryBytes: null,
  contextLength: 1000,
  maxSessions: 3,
} as const;
export const request: ShardSessionRequest = {
  sampling: samplingSchema.parse({}),
  selfFeedUntil: undefined,
  sequenceTokens: 10,
  cells: 100,
  claimant: { peer: 'a stranger', kind: 'stranger' },
};

export const ownRequest: ShardSessionRequest = {
  ...request,
  claimant: { peer: 'this node', kind: 'owner' },
};

export function library(changes: Partial<ShardSource> = {}): ShardSource {
  return {
    find: (name) => {
      if (name !== fakeModel.name && name !== fakeModel.manifestId) {
        throw new AppError('model-not-found', `There is no model ${name}`);
      }
      return { summary: fakeModel };
    },
    shardPath: (_id, { firstLayer, lastLayer }) =>
      Promise.resolve(`/shards/${firstLayer}-${lastLayer}.gguf`),
    // There are no files, so nothing changes them.
    isMade: () => true,
    ...changes,
  };
}

export function listener(): ShardSessionListener & { readonly failures: AppError[] } {
  const failures: AppError[] = [];
  return { failures, onOutput: () => {}, onFailed: (error) => failures.push(error) };
}

export function hostOf(
  engines: FakeEngines,
  source = library(),
  options: Pick<ShardHostOptions, 'onDrained'> = {},
): ShardHost {
  return new ShardHost({
    ...options,
    library: source,
    settings: fakeSettings,
    startEngine: engines.start,
    onChange: () => {},
    log: () => {},
  });
}

export const whole = { firstLayer: 0, lastLayer: 5 };
export const left = { firstLayer: 0, lastLayer: 2 };
export const right = { firstLayer: 3, lastLayer: 5 };

/** A host that serves these ranges of the fake model, or all of it. */
export async function hosting(
  ranges: readonly LayerRange[] = [whole],
  engines = new FakeEngines(),
) {
  const host = hostOf(engines);
  host.setDesired(ranges.map((layers) => ({ model: fakeModel.name, layers })));
  await settle();
  return { engines, host };
}

/** The engine that serves these layers of the fake model. */
export function servingShard(host: ShardHost, layers = whole, isOwn = false): ServingShard {
  const shard = host.find(fakeModel.manifestId, layers, isOwn);
  if (shard === undefined) {
    throw new Error('No shard serves these layers');
  }
  return shard;
}

/** Tests of a file with this move timeouts by hand. */
export function useFakeTimeouts(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Lets everything happen that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
