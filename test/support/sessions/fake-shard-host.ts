/** A shard host over engines without processes. */
import { AppError } from '../../../src-shared/errors.ts';
import { samplingSchema } from '../../../src-shared/model.ts';
import type {
  ShardSessionListener,
  ShardSessionRequest,
} from '../../../src-worker/node/engines/serving-shard.ts';
import { ShardHost, type ShardSource } from '../../../src-worker/node/engines/shard-host.ts';
import type { FakeEngines } from './node-fake-engines.ts';
import { fakeModel } from './node-fake-mesh.ts';

/** Of three places one is the owner's. */
export const fakeSettings = {
  threads: 1,
  backend: 'cpu',
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
    // They are no files at all, so nothing changes them.
    isMade: () => true,
    ...changes,
  };
}

export function listener(): ShardSessionListener & { readonly failures: AppError[] } {
  const failures: AppError[] = [];
  return { failures, onWork: () => {}, onFailed: (error) => failures.push(error) };
}

export function hostOf(engines: FakeEngines, source = library()): ShardHost {
  return new ShardHost({
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

/** Lets everything that waits for no timer happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
