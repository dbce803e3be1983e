import { describe, expect, it } from 'vitest';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import { nodeSummary } from './node-summary.ts';

function node(
  states: readonly NodeStatus['shards'][number]['state'][],
  connected: readonly boolean[],
): NodeStatus {
  return {
    peer: 'me',
    addresses: [],
    gatewayPort: 1,
    shards: states.map((state) => ({
      firstLayer: 0,
      lastLayer: 1,
      manifestId: 'model',
      model: 'Model',
      state,
      fault: null,
      failure: null,
      backend: null,
      pid: null,
      memoryBytes: 0,
      deviceBytes: 0,
      sessions: 0,
      maxSessions: 1,
      tokensPerSecond: 0,
    })),
    peers: connected.map((connected, index) => ({
      peer: `peer ${index}`,
      addresses: [],
      connected,
      latencyMs: null,
      shards: [],
    })),
    models: [],
    requests: { active: 0, queued: 0 },
    tokensPerSecond: 0,
  };
}

const running = (status: NodeStatus | null) =>
  nodeSummary({ state: 'running', fault: null, node: status });

describe('the state of the node', () => {
  it('says that its layers are loaded and counts only the peers in reach', () => {
    expect(running(node(['serving'], [true, false, true]))).toEqual({
      tone: 'good',
      word: 'Running',
      sentence:
        'MindMesh is running, with 2 peers in reach. The layers of this computer are loaded.',
    });
  });

  it('says so when this machine serves nothing', () => {
    expect(running(node([], [])).sentence).toContain('serves no layers');
  });

  it('is running while its layers are idle, and says that they are not loaded', () => {
    expect(running(node(['idle'], [true]))).toEqual({
      tone: 'good',
      word: 'Running',
      sentence:
        'MindMesh is running, with 1 peer in reach. The layers of this computer are not loaded.',
    });
  });

  it('is busy while a shard loads and bad when one does not run', () => {
    expect(running(node(['serving', 'starting'], [])).tone).toBe('busy');
    expect(running(node(['starting', 'faulted'], [])).tone).toBe('bad');
  });

  it('is starting until the node has told of itself', () => {
    expect(running(null).tone).toBe('busy');
  });

  it('gives the fault itself as the sentence', () => {
    expect(nodeSummary({ state: 'faulted', fault: 'The disk is full.', node: null })).toMatchObject(
      { tone: 'bad', sentence: 'The disk is full.' },
    );
  });
});
