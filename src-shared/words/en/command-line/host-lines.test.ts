import { localNow } from '../../../local-time.ts';
import { dutyWords } from '../duty.ts';
import { describe, expect, it } from 'vitest';
import type { ModelEntry } from '../../../api/models.ts';
import type { HostSnapshot } from '../../../api/snapshot.ts';
import type { NodeStatus, ShardStatus } from '../../../api/node-status.ts';
import { told } from '../../../warning.ts';
import { receiptLine, serveLines, statusLines } from './host-lines.ts';

const shard: ShardStatus = {
  manifestId: 'a'.repeat(64),
  model: 'MindMesh Demo',
  firstLayer: 0,
  lastLayer: 5,
  state: 'serving',
  fault: null,
  failure: null,
  backend: 'cpu',
  pid: 7,
  memoryBytes: 1,
  deviceBytes: 0,
  sessions: 0,
  maxSessions: 8,
  tokensPerSecond: 0,
};

function model(given: Partial<ModelEntry>): ModelEntry {
  return {
    manifestId: 'a'.repeat(64),
    name: 'Small',
    alias: null,
    path: null,
    available: true,
    architecture: 'llama',
    layers: 4,
    width: 64,
    contextLength: 512,
    sizeBytes: 1,
    quantisation: 'F32',
    ...given,
  };
}

const node: NodeStatus = {
  peer: '12D3KooWThisMachine',
  addresses: ['/ip4/127.0.0.1/tcp/4001', '/ip4/192.168.1.5/tcp/4001/p2p/12D3KooWThisMachine'],
  gatewayPort: 6374,
  shards: [shard],
  peers: [],
  models: [],
  requests: { active: 1, queued: 2 },
  tokensPerSecond: 12.34,
};

const snapshot: HostSnapshot = {
  version: '1.2.3',
  state: 'running',
  fault: null,
  duty: {
    state: 'serving',
    workShare: 1,
    cpuShare: 1,
    isSlowedByHeat: false,
    sentence: 'Working for the mesh',
    answersOwner: true,
    pause: null,
  },
  consent: 'given',
  warnings: [],
  node,
  api: { baseUrl: 'http://127.0.0.1:6374/v1' },
  dataFolder: '/data',
  startedAt: 1_000_000,
};

describe('what serve prints', () => {
  it('is what runs, how to reach it, and what it hosts', () => {
    expect(serveLines(snapshot, 'http://127.0.0.1:6375/open?token=x', '/data/api-key')).toEqual([
      'MindMesh 1.2.3 is running.',
      '',
      '  Window  http://127.0.0.1:6375/open?token=x',
      '          Works once, within ten minutes; "mindmesh status" prints a new address.',
      '  API     http://127.0.0.1:6374/v1 (OpenAI-compatible)',
      '          Its key is in /data/api-key',
      '  Peer    /ip4/192.168.1.5/tcp/4001/p2p/12D3KooWThisMachine',
      '  Hosting MindMesh Demo, layers 0–5',
      '  Now     Working for the mesh',
      '  Data    /data',
      '',
      'Press Ctrl-C to stop.',
    ]);
  });

  it('names the loopback address only when there is no other, and always with the peer', () => {
    const alone = { ...node, addresses: ['/ip4/127.0.0.1/tcp/4001'], shards: [] };
    const duty = { state: 'off', sentence: 'Off', answersOwner: false, pause: null } as const;
    const lines = serveLines({ ...snapshot, node: alone, duty }, undefined, '/data/api-key');
    expect(lines).toContain('  Peer    /ip4/127.0.0.1/tcp/4001/p2p/12D3KooWThisMachine');
    expect(lines).toContain('  Hosting nothing; this machine only asks');
    expect(lines.join()).not.toContain('Window');
    expect(lines.join()).not.toContain('Now');
  });

  it('never has the key itself', () => {
    expect(serveLines(snapshot, undefined, '/data/api-key').join()).not.toContain('mm-secret');
  });
});

describe('what status prints', () => {
  it('tells how long it has been running and what it does', () => {
    const lines = statusLines(snapshot, undefined, 1_000_000 + 7_500_000);
    expect(lines[0]).toBe('MindMesh 1.2.3 has been running for 2 hours and 5 minutes.');
    expect(lines).toContain('  Mesh    0 peers connected, 0 known');
    expect(lines).toContain('  Work    1 request answered now, 2 waiting, 12.3 tokens/s');
  });

  it('says that it waits for the owner, and names nothing that does not listen', () => {
    const asking = { ...snapshot, consent: 'needed', node: null, state: 'starting' } as const;
    expect(statusLines(asking, undefined, 0)).toEqual([
      'MindMesh waits for your agreement in its window.',
      'Nothing computes, connects or listens until then.',
      '',
      '  Data    /data',
    ]);
    const starting = { ...snapshot, node: null, state: 'starting' } as const;
    expect(statusLines(starting, undefined, 0)).toContain('  API     not available now');
  });

  it('says what a machine without a card does for others', () => {
    const lines = statusLines({ ...snapshot, withoutCard: 'small-models' }, undefined, 0);
    const sentence = 'This computer has no graphics card that MindMesh can use.';
    expect(lines).toContain(`          ${sentence} By itself it hosts small models only.`);
    const asking = { ...snapshot, withoutCard: 'asks-only' } as const;
    expect(statusLines(asking, undefined, 0)).toContain(`          ${sentence} It only asks.`);
    const withCard = { ...snapshot, withoutCard: null };
    expect(statusLines(withCard, undefined, 0).join()).not.toContain(sentence);
  });

  it('tells that it is paused, and why', () => {
    const sentence = 'Paused: Hades is running';
    const duty = {
      state: 'paused' as const,
      reasons: [
        {
          name: 'game running' as const,
          reason: { code: 'program-running' as const, names: ['Hades'], others: 0 },
          isSeen: true,
          clearsAt: null,
        },
      ],
      sentence,
      answersOwner: false,
      pause: null,
    };
    const paused = { ...snapshot, node: { ...node, shards: [] }, duty };
    const lines = statusLines(paused, undefined, 0);
    expect(lines).toContain('  Hosting nothing now');
    expect(lines).toContain('  Now     Paused: Hades is running');
    expect(lines).toContain(
      '          Your own questions wait until then: no other machine in reach has a whole model.',
    );
    const helped = { ...paused, node: { ...paused.node, models: [model({})] } };
    expect(statusLines(helped, undefined, 0)).toContain(
      '          Your own questions are answered by other machines.',
    );
    const inUse = { ...paused, duty: { ...duty, answersOwner: true } };
    expect(statusLines(inUse, undefined, 0)).toContain(
      '          Your own questions are answered here.',
    );
  });

  it('names the command that tries again after a fault, and only then', () => {
    const duty = {
      state: 'faulted' as const,
      code: 'engine-died',
      message: 'It died',
      retryAt: 60_000,
      sentence: 'Fault: It died; trying again at 12:01',
      answersOwner: false,
      pause: null,
    };
    const hint = '          "mindmesh resume" tries again now.';
    const lines = statusLines({ ...snapshot, duty }, undefined, 0);
    expect(lines[lines.indexOf(`  Now     ${dutyWords(duty, localNow())}`) + 1]).toBe(hint);
    expect(statusLines(snapshot, undefined, 0)).not.toContain(hint);
    const coolDown = {
      name: 'fault cool-down' as const,
      reason: { code: 'failed' as const, message: 'It died', retryAt: 60_000 },
      isSeen: true,
      clearsAt: null,
    };
    const paused = { ...duty, state: 'paused' as const, reasons: [coolDown] };
    expect(statusLines({ ...snapshot, duty: paused }, undefined, 0)).toContain(hint);
  });

  it('tells what the owner should know, as serve does', () => {
    const warned = { ...snapshot, warnings: ['One thing.', 'And another.'].map(told) };
    expect(statusLines(warned, undefined, 0).slice(-2)).toEqual([
      '  Note    One thing.',
      '          And another.',
    ]);
    expect(serveLines(warned, undefined, '/data/api-key', [told('A third.')])).toContain(
      '          A third.',
    );
  });

  it('tells what is wrong, of the node and of a shard', () => {
    const faulted: HostSnapshot = {
      ...snapshot,
      state: 'faulted',
      fault: 'Port 6374 is taken.',
      node: null,
    };
    expect(statusLines(faulted, undefined, 0).slice(0, 2)).toEqual([
      'MindMesh 1.2.3 runs, but its mesh node does not.',
      'Port 6374 is taken.',
    ]);
    const broken: ShardStatus = { ...shard, state: 'faulted', fault: 'no memory' };
    const loading: ShardStatus = { ...shard, state: 'starting' };
    const busy: ShardStatus = { ...shard, sessions: 1, tokensPerSecond: 20 };
    const lines = statusLines(
      { ...snapshot, node: { ...node, shards: [broken, loading, busy] } },
      undefined,
      0,
    );
    expect(lines).toContain('  Hosting MindMesh Demo, layers 0–5 (failed: no memory)');
    expect(lines).toContain('          MindMesh Demo, layers 0–5 (loading)');
    expect(lines).toContain('          MindMesh Demo, layers 0–5 (1 session, 20.0 tokens/s)');
  });

  it('calls what is hosted by the name that its owner gave it, since several models may have one name', () => {
    const named = ['one', 'two'].map((alias, index) =>
      model({ manifestId: String(index).repeat(64), alias }),
    );
    const shards = named.map(({ manifestId }) => ({ ...shard, manifestId, model: 'Small' }));
    const lines = statusLines({ ...snapshot, node: { ...node, shards, models: named } }, '', 0);
    expect(lines).toContain('  Hosting one, layers 0–5');
    expect(lines).toContain('          two, layers 0–5');
  });
});

describe('the receipt of an answer', () => {
  const stage = { computeMs: 1, hopMs: 1 };
  const receipt = {
    model: 'MindMesh Demo',
    stages: [
      { ...stage, peer: '12D3KooWThisMachine', firstLayer: 0, lastLayer: 2 },
      { ...stage, peer: '12D3KooWOtherMachine', firstLayer: 3, lastLayer: 5 },
    ],
    promptTokens: 9,
    tokens: 1,
    tokensPerSecond: 31.25,
    firstTokenMs: 1234,
    totalMs: 2000,
  };

  it('names peers and layers, and this machine as such', () => {
    expect(receiptLine(receipt, '12D3KooWThisMachine')).toBe(
      'MindMesh Demo on 2 machines (this machine layers 0–2, …rMachine layers 3–5) · 1 token · 31.3 tokens/s · first after 1.2 s',
    );
  });

  it('says when an answer never left this machine', () => {
    const here = { ...receipt, stages: receipt.stages.slice(0, 1), firstTokenMs: 12 };
    expect(receiptLine(here, '12D3KooWThisMachine')).toBe(
      'MindMesh Demo on this machine · 1 token · 31.3 tokens/s · first after 12 ms',
    );
  });
});
