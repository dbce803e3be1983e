import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { nodeConfigSchema } from '../../src-shared/api/node-config.ts';
import type { NodeFeature } from './node-feature.ts';
import { describeNode, type RunningNode, startFeatures } from './running-node.ts';

const config = nodeConfigSchema.parse({
  dataFolder: '/data',
  gateway: { port: 0, apiKey: 'mm-for-tests-and-benchmarks-only' },
  engine: { threads: 1 },
});

function started(features: readonly NodeFeature[]): Promise<RunningNode> {
  return startFeatures(features, config);
}

/** A feature that records its starts and stops. */
function recording(name: string, events: string[], given: Partial<NodeFeature> = {}): NodeFeature {
  return {
    name,
    start: () => void events.push(`${name} starts`),
    stop: (atOnce) => void events.push(`${name} stops${atOnce ? ' at once' : ''}`),
    ...given,
  };
}

describe('the features of a node', () => {
  it('start in order, each after the one before has started, and stop in reverse', async () => {
    const events: string[] = [];
    const slow = recording('first', events, {
      start: async () => {
        await Promise.resolve();
        events.push('first starts');
      },
    });
    const node = await started([slow, { name: 'passive' }, recording('second', events)]);
    await node.stop();
    expect(events).toEqual(['first starts', 'second starts', 'second stops', 'first stops']);
  });

  it('stop at the same time, except that a feature may wait for its dependants', async () => {
    const events: string[] = [];
    const { promise: end, resolve } = Promise.withResolvers<void>();
    const store = recording('store', events, {
      stop: async (_, dependants) => {
        await dependants;
        events.push('store stops');
      },
    });
    const slow = recording('slow', events, {
      stop: async () => {
        await end;
        events.push('slow stops');
      },
    });
    const node = await started([store, recording('quick', events), slow]);
    const stopped = node.stop();
    expect(events).toContain('quick stops');
    resolve();
    await stopped;
    expect(events.slice(-2)).toEqual(['slow stops', 'store stops']);
  });

  it('know when they have to stop at once', async () => {
    const events: string[] = [];
    const node = await started([recording('engine', events)]);
    await node.stop(true);
    expect(events).toContain('engine stops at once');
  });

  it('are stopped again when a later one cannot start', async () => {
    const events: string[] = [];
    const failing = recording('gateway', events, {
      start: () => Promise.reject(new AppError('port-taken', 'Taken.')),
    });
    const features = [recording('mesh', events), failing, recording('never', events)];
    await expect(started(features)).rejects.toMatchObject({ code: 'port-taken' });
    expect(events).toEqual(['mesh starts', 'mesh stops at once']);
  });

  it('all stop although one of them fails to', async () => {
    const events: string[] = [];
    const broken = recording('broken', events, {
      stop: () => Promise.reject(new Error('Broken.')),
    });
    const node = await started([recording('mesh', events), broken]);
    await expect(node.stop()).rejects.toThrow('Broken.');
    expect(events).toContain('mesh stops');
  });

  it('together make one record, one status and one set of methods', async () => {
    const features: NodeFeature[] = [
      { name: 'mesh', status: () => ({ peer: 'me', warnings: ['One entry is damaged.'] }) },
      {
        name: 'shards',
        describe: () => ({ state: 'serving' }),
        status: () => ({ tokensPerSecond: 2, warnings: ['A file is gone.'] }),
        handlers: { catalog: () => [] },
      },
      { name: 'hosting', describe: () => ({ price: 3 }) },
    ];
    expect(describeNode(features)).toEqual({ state: 'serving', models: [], shards: [], price: 3 });
    const node = await started(features);
    expect(node.status()).toMatchObject({ peer: 'me', tokensPerSecond: 2, shards: [] });
    expect(node.status().warnings).toEqual(['One entry is damaged.', 'A file is gone.']);
    expect(Object.keys(node.handlers).toSorted()).toEqual([
      'catalog',
      'configure',
      'setWork',
      'status',
      'watch',
    ]);
  });

  it('cannot implement one method twice', async () => {
    const one: NodeFeature = { name: 'one', handlers: { catalog: () => [] } };
    await expect(started([one, { ...one, name: 'other' }])).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
