import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { nodeConfigSchema } from '../../src-shared/api/node-config.ts';
import { needsNodeRestart } from '../../src-shared/api/node-config-change.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { noRules } from '../../src-shared/route-rules.ts';
import {
  defaultSettings,
  entryOf,
  settingNames,
  type Settings,
} from '../../src-shared/settings/settings.ts';
import { warningWords } from '../../src-shared/words/words.ts';
import { otherValue } from '../../test/support/host/other-settings.ts';
import { isApiPortChosen, nodeConfig, portWarnings } from './node-config.ts';

const facts = {
  dataFolder: '/data',
  apiKey: 'mm-0123456789012345678901',
  demoModel: '/app/demo.gguf',
  catalog: '/app/catalog.json',
  hostingMemoryBytes: 15e9,
  engineMemoryBytes: 31e9,
  devices: null,
  defaultThreads: 6,
  isApiPortChosen: false,
};

it('hosts the demo model whole, with a thread for each core, when nothing else is set', () => {
  expect(nodeConfigSchema.parse(nodeConfig(defaultSettings, facts))).toMatchObject({
    dataFolder: '/data',
    bundledModels: ['/app/demo.gguf'],
    shards: null,
    gateway: { port: 6374, apiKey: 'mm-0123456789012345678901' },
    engine: { threads: 6, backend: 'auto' },
  });
});

it('hosts nothing when that is set, and still knows the demo model', () => {
  const config = nodeConfig({ ...defaultSettings, shards: [], threads: 2 }, facts);
  expect(config).toMatchObject({
    shards: [],
    bundledModels: ['/app/demo.gguf'],
    engine: { threads: 2 },
  });
});

it('passes limits on in bytes', () => {
  const limits = {
    diskLimitGigabytes: 50,
    downloadLimitKilobytesPerSecond: 500,
    uploadLimitKilobytesPerSecond: null,
  };
  const config = nodeConfig({ ...defaultSettings, ...limits, region: 'DE' }, facts);
  expect(nodeConfigSchema.parse(config).hosting).toMatchObject({
    mode: 'chosen',
    memoryBytes: 15e9,
    diskBytes: 50e9,
    downloadBytesPerSecond: 500_000,
    uploadBytesPerSecond: null,
    region: 'DE',
  });
  const set = { ...defaultSettings, hosting: 'automatic' } as const;
  expect(nodeConfig(set, facts).hosting).toMatchObject({ mode: 'automatic' });
});

function routingOf(changes: Partial<Settings>): unknown {
  return nodeConfigSchema.parse(nodeConfig({ ...defaultSettings, ...changes }, facts)).routing;
}

it('passes on whom questions may use, with any price where no ceiling is set', () => {
  expect(routingOf({})).toEqual({ rules: noRules, ownMachines: [] });
  const mine = '12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf';
  const set = {
    askPoolOnly: true,
    askOwnMachinesOnly: true,
    askRegions: ['EU'],
    askOuterLayersHere: true,
    askPriceCeiling: 0,
    askLeastOperators: 2,
    ownMachines: [mine],
  };
  expect(routingOf(set)).toEqual({
    rules: {
      poolOnly: true,
      ownMachinesOnly: true,
      regions: ['EU'],
      keepOuterLayersAtHome: true,
      priceCeiling: 0,
      leastOperators: 2,
    },
    ownMachines: [mine],
  });
});

function gatewayOf(isChosen: boolean): unknown {
  return nodeConfig(defaultSettings, { ...facts, isApiPortChosen: isChosen }).gateway;
}

function at(gatewayPort: number): NodeStatus {
  return { gatewayPort } as NodeStatus;
}

it('goes to another port than the usual one when that is taken, but not from one that was chosen', () => {
  expect(gatewayOf(false)).toMatchObject({ port: 6374, orAnyPort: true });
  expect(gatewayOf(true)).toMatchObject({ port: 6374, orAnyPort: false });
  expect(isApiPortChosen(defaultSettings, {})).toBe(false);
  expect(isApiPortChosen(defaultSettings, { apiPort: 6374 })).toBe(true);
  expect(isApiPortChosen({ ...defaultSettings, apiPort: 7000 }, {})).toBe(true);
});

it('tells of a port that is not the one of the settings, unless any will do', () => {
  expect(portWarnings(defaultSettings, at(40_000)).map(warningWords)).toEqual([
    expect.stringMatching(/^Port 6374 is taken .* the API has port 40000 for now\./),
  ]);
  expect(portWarnings(defaultSettings, at(6374))).toEqual([]);
  expect(portWarnings(defaultSettings, null)).toEqual([]);
  expect(portWarnings({ ...defaultSettings, apiPort: 0 }, at(40_000))).toEqual([]);
});

it.each(settingNames)(
  'starts the node anew when the registry says so, and only then: %s',
  (name) => {
    const changed = { ...defaultSettings, [name]: otherValue(name) };
    expect(changed[name]).not.toEqual(defaultSettings[name]);
    const [from, to] = [nodeConfig(defaultSettings, facts), nodeConfig(changed, facts)];
    expect(needsNodeRestart(from, to)).toBe(entryOf(name).applies === 'node');
    expect(isDeepStrictEqual(from.engine, to.engine)).toBe(entryOf(name).applies !== 'engine');
  },
);
