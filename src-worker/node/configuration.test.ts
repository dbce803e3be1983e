import { expect, it } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { nodeConfigSchema } from '../../src-shared/api/node-config.ts';
import { Configuration } from './configuration.ts';
import type { NodeFeature } from './node-feature.ts';

const config = nodeConfigSchema.parse({
  dataFolder: '/data',
  gateway: { port: 1, apiKey: 'mm-for-tests-and-benchmarks-only' },
  engine: { threads: 1 },
});
const other = { ...config, mdns: false };

/** A feature that records changes of mDNS, and refuses to turn it off where the test says so. */
function recording(name: string, changes: string[], refuses = false): NodeFeature {
  return {
    name,
    configure: async (next, former) => {
      await Promise.resolve();
      if (refuses && !next.mdns) {
        throw new AppError('setting-invalid', 'No.');
      }
      changes.push(`${name} ${former.mdns} to ${next.mdns}`);
    },
  };
}

it('every feature gets a new configuration, in order, with the former one', async () => {
  const changes: string[] = [];
  const features = [recording('mesh', changes), { name: 'passive' }, recording('gateway', changes)];
  await new Configuration(features, config).change(other);
  expect(changes).toEqual(['mesh true to false', 'gateway true to false']);
});

it('no feature gets an unchanged configuration', async () => {
  const changes: string[] = [];
  const configuration = new Configuration([recording('mesh', changes)], config);
  await configuration.change({ ...config });
  await configuration.change(other);
  await configuration.change(other);
  expect(changes).toHaveLength(1);
});

it('a configuration that one feature refuses is undone in the features before it', async () => {
  const changes: string[] = [];
  const features = [
    recording('mesh', changes),
    recording('hosting', changes),
    recording('gateway', changes, true),
  ];
  const configuration = new Configuration(features, config);
  await expect(configuration.change(other)).rejects.toMatchObject({ code: 'setting-invalid' });
  expect(changes.slice(2)).toEqual(['hosting false to true', 'mesh false to true']);
  // The former configuration is in force, so setting it changes nothing.
  await configuration.change(config);
  expect(changes).toHaveLength(4);
});

it('changes run one after the other, each with the configuration that is in force then', async () => {
  const changes: string[] = [];
  const configuration = new Configuration([recording('mesh', changes)], config);
  await Promise.all([configuration.change(other), configuration.change(config)]);
  expect(changes).toEqual(['mesh true to false', 'mesh false to true']);
});

it('a change that needs a restart of the node is refused, and work orders stay', async () => {
  const changes: string[] = [];
  const configuration = new Configuration([recording('mesh', changes)], config);
  const moved = configuration.change({ ...config, dataFolder: '/other' });
  await expect(moved).rejects.toMatchObject({ code: 'request-invalid' });
  expect(changes).toEqual([]);
});

it('a node that stops changes nothing any more', async () => {
  const changes: string[] = [];
  const configuration = new Configuration([recording('mesh', changes)], config);
  configuration.stop();
  await expect(configuration.change(other)).rejects.toMatchObject({ code: 'not-running' });
  expect(changes).toEqual([]);
});
