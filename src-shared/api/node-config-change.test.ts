import { expect, it } from 'vitest';
import { mayMendStart, needsNodeRestart } from './node-config-change.ts';
import type { NodeConfigInput } from './node-config.ts';

const gateway = { port: 1, apiKey: 'mm-for-tests-and-benchmarks-only' };
const engine = { threads: 1 };
const config: NodeConfigInput = { dataFolder: '/data', shards: [], gateway, engine };

it.each<[string, Partial<NodeConfigInput>]>([
  ['nothing', {}],
  ['peers', { staticPeers: ['/ip4/192.0.2.1/tcp/1/p2p/12D3KooWPeer'] }],
  ['bootstrap nodes', { bootstrap: ['/ip4/192.0.2.1/tcp/1/p2p/12D3KooWPeer'] }],
  ['mDNS', { mdns: false }],
  ['UPnP', { upnp: true }],
  ['who is let in', { poolOnly: true }],
  ['rules', { routing: { rules: { poolOnly: true } } }],
  ['price, region and limits', { hosting: { price: 2, region: 'DE', memoryBytes: 1 } }],
  ['shards', { shards: null }],
  ['the port of the API', { gateway: { ...gateway, port: 2 } }],
  ['names and pages of the API', { gateway: { ...gateway, hosts: ['a'], origins: ['a://b'] } }],
  ['engines', { engine: { threads: 2, backend: 'cpu', contextLength: 512, maxSessions: 1 } }],
])('a change of %s needs no new start of the node', (_, changed) => {
  expect(needsNodeRestart(config, { ...config, ...changed })).toBe(false);
});

it.each<[string, Partial<NodeConfigInput>]>([
  ['the data folder', { dataFolder: '/other' }],
  ['where it listens', { listen: ['/ip4/0.0.0.0/tcp/1'] }],
  ['models that come with the app', { bundledModels: ['/demo.gguf'] }],
  ['the list of models', { catalogFile: '/catalog.json' }],
  ['the key of the API', { gateway: { ...gateway, apiKey: 'mm-another-key-that-is-as-long' } }],
  ['places for requests', { gateway: { ...gateway, queue: 1 } }],
])('a change of %s needs a new start of the node', (_, changed) => {
  expect(needsNodeRestart(config, { ...config, ...changed })).toBe(true);
});

it('a node that could not start is tried again with what a start may fail of, and not with another price', () => {
  expect(mayMendStart(config, { ...config, gateway: { ...gateway, port: 2 } })).toBe(true);
  expect(mayMendStart(config, { ...config, staticPeers: ['/ip4/192.0.2.1'] })).toBe(true);
  expect(mayMendStart(config, { ...config, hosting: { price: 2 }, shards: null })).toBe(false);
});
