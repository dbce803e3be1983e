import { expect, it } from 'vitest';
import { nodeConfigSchema } from '../src-shared/node-api.ts';
import { defaultSettings } from '../src-shared/settings.ts';
import { nodeConfig } from './node-config.ts';

const facts = {
  dataFolder: '/data',
  apiKey: 'mm-0123456789012345678901',
  demoModel: '/app/demo.gguf',
  demoModelName: 'Demo',
  defaultThreads: 6,
};

it('hosts the demo model whole, with a thread for each core, when nobody wished for anything else', () => {
  expect(nodeConfigSchema.parse(nodeConfig(defaultSettings, facts))).toMatchObject({
    dataFolder: '/data',
    bundledModels: ['/app/demo.gguf'],
    shards: [{ model: 'Demo' }],
    gateway: { port: 6374, apiKey: 'mm-0123456789012345678901' },
    engine: { threads: 6, backend: 'auto' },
  });
});

it('hosts nothing when that is the wish, and still knows the demo model', () => {
  const config = nodeConfig({ ...defaultSettings, shards: [], threads: 2 }, facts);
  expect(config).toMatchObject({
    shards: [],
    bundledModels: ['/app/demo.gguf'],
    engine: { threads: 2 },
  });
});
