import { describe, expect, it } from 'vitest';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import { appSummary, dutySummary, ownQuestions } from './duty-summary.ts';

const view = { sentence: 'In a sentence', answersOwner: false, pause: null };
const paused: HostSnapshot['duty'] = { state: 'paused', reasons: [], ...view };
const serving: HostSnapshot['duty'] = {
  state: 'serving',
  workShare: 1,
  cpuShare: 1,
  isSlowedByHeat: false,
  ...view,
  answersOwner: true,
};

function node(available: boolean): NodeStatus {
  const model: ModelEntry = {
    manifestId: 'model',
    name: 'Model',
    architecture: 'llama',
    layers: 2,
    width: 8,
    contextLength: 512,
    sizeBytes: 1,
    quantisation: 'Q8_0',
    alias: null,
    path: null,
    available,
  };
  return {
    peer: 'me',
    addresses: [],
    gatewayPort: 1,
    shards: [],
    peers: [],
    models: [model],
    requests: { active: 0, queued: 0 },
    tokensPerSecond: 0,
  };
}

describe('the owner’s own questions', () => {
  it('need no word while the machine works for all', () => {
    expect(ownQuestions({ duty: serving, node: node(true) })).toBeNull();
    expect(ownQuestions({ duty: paused, node: null })).toBeNull();
  });

  it('are answered here where the pause leaves room for them', () => {
    expect(ownQuestions({ duty: { ...paused, answersOwner: true }, node: node(true) })).toBe(
      'here',
    );
  });

  it('go to other computers where these hold a whole model, and else to none', () => {
    expect(ownQuestions({ duty: paused, node: node(true) })).toBe('elsewhere');
    expect(ownQuestions({ duty: paused, node: node(false) })).toBe('nowhere');
  });

  it('are promised to no machine while this one is being released', () => {
    const draining: HostSnapshot['duty'] = {
      state: 'draining',
      reasons: [],
      deadline: { kind: 'when answered', atMs: null },
      isEnding: false,
      ...view,
    };
    expect(ownQuestions({ duty: draining, node: node(true) })).toBeNull();
  });
});

describe('the one state of the app', () => {
  const running = { state: 'running', fault: null, node: node(true) } as const;

  it('is what the machine does for the mesh', () => {
    expect(appSummary({ ...running, duty: serving })).toEqual({ tone: 'good', word: 'Working' });
    expect(appSummary({ ...running, duty: paused })).toEqual(dutySummary(paused));
  });

  it('is the node’s own while that does not run', () => {
    const faulted = { state: 'faulted', fault: 'The disk is full.', node: null } as const;
    expect(appSummary({ ...faulted, duty: serving }).tone).toBe('bad');
    expect(appSummary({ ...running, node: null, duty: serving }).word).toBe('Starting…');
  });
});
