import { expect, it } from 'vitest';
import type { NodeConfigInput } from '../../src-shared/api/node-config.ts';
import { defaultSettings, entryOf, settingNames } from '../../src-shared/settings/settings.ts';
import { otherValue } from '../../test/support/host/other-settings.ts';
import { nodeConfig, type NodeFacts } from './node-config.ts';
import { nodeConfigChange } from './node-config-change.ts';

const config: NodeConfigInput = {
  dataFolder: '/data',
  shards: [{ model: 'Small' }],
  hosting: { price: 1 },
  routing: { ownMachines: [] },
  gateway: { port: 1, apiKey: 'mm-for-tests-and-benchmarks-only' },
  engine: { threads: 1 },
};

it.each([
  ['nothing', {}, { needsRestart: false }],
  [
    'rules',
    { routing: { rules: { poolOnly: true } } },
    { needsRestart: false, routing: { rules: { poolOnly: true } } },
  ],
  ['limits', { hosting: { price: 2 } }, { needsRestart: false, hosting: { price: 2 } }],
  ['shards', { shards: null }, { needsRestart: false, shards: null }],
  ['no shards', { shards: undefined }, { needsRestart: false, shards: [] }],
  ['where it listens', { listen: ['/ip4/0.0.0.0/tcp/1'] }, { needsRestart: true }],
] satisfies [string, Partial<NodeConfigInput>, object][])(
  'says what a change of %s takes',
  (_, changed, change) => {
    expect(nodeConfigChange(config, { ...config, ...changed })).toEqual(change);
  },
);

const facts: NodeFacts = {
  dataFolder: '/data',
  apiKey: 'mm-for-tests-and-benchmarks-only',
  demoModel: '/demo.gguf',
  catalog: '/catalog.json',
  hostingMemoryBytes: 1e9,
  defaultThreads: 2,
  isApiPortChosen: false,
};

it.each(settingNames)(
  'starts the node anew when the registry says so, and only then: %s',
  (name) => {
    const changed = { ...defaultSettings, [name]: otherValue(name) };
    expect(changed[name]).not.toEqual(defaultSettings[name]);
    const change = nodeConfigChange(nodeConfig(defaultSettings, facts), nodeConfig(changed, facts));
    expect(change.needsRestart).toBe(entryOf(name).applies === 'node');
  },
);
