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

/** A feature that writes down what it is told of mDNS, and refuses it where the test says so. */
function noted(name: string, told: string[], refuses = false): NodeFeature {
  return {
    name,
    configure: async (next, former) => {
      await Promise.resolve();
      if (refuses && !next.mdns) {
        throw new AppError('setting-invalid', 'No.');
      }
      told.push(`${name} ${former.mdns} to ${next.mdns}`);
    },
  };
}

it('every feature hears of another configuration, in order, with what was before', async () => {
  const told: string[] = [];
  const features = [noted('mesh', told), { name: 'passive' }, noted('gateway', told)];
  await new Configuration(features, config).change(other);
  expect(told).toEqual(['mesh true to false', 'gateway true to false']);
});

it('no feature hears of the same configuration', async () => {
  const told: string[] = [];
  const configuration = new Configuration([noted('mesh', told)], config);
  await configuration.change({ ...config });
  await configuration.change(other);
  await configuration.change(other);
  expect(told).toHaveLength(1);
});

it('a configuration that one feature refuses is taken back from those before it', async () => {
  const told: string[] = [];
  const features = [noted('mesh', told), noted('hosting', told), noted('gateway', told, true)];
  const configuration = new Configuration(features, config);
  await expect(configuration.change(other)).rejects.toMatchObject({ code: 'setting-invalid' });
  expect(told.slice(2)).toEqual(['hosting false to true', 'mesh false to true']);
  // What holds is the former one, and so it is nothing new.
  await configuration.change(config);
  expect(told).toHaveLength(4);
});

it('changes come one after the other, each with what is so by then', async () => {
  const told: string[] = [];
  const configuration = new Configuration([noted('mesh', told)], config);
  await Promise.all([configuration.change(other), configuration.change(config)]);
  expect(told).toEqual(['mesh true to false', 'mesh false to true']);
});

it('what needs a new start of the node is refused, and orders about its work stay', async () => {
  const told: string[] = [];
  const configuration = new Configuration([noted('mesh', told)], config);
  const moved = configuration.change({ ...config, dataFolder: '/other' });
  await expect(moved).rejects.toMatchObject({ code: 'request-invalid' });
  expect(told).toEqual([]);
});

it('a node that stops changes nothing any more', async () => {
  const told: string[] = [];
  const configuration = new Configuration([noted('mesh', told)], config);
  configuration.stop();
  await expect(configuration.change(other)).rejects.toMatchObject({ code: 'not-running' });
  expect(told).toEqual([]);
});
