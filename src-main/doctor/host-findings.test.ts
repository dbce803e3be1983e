import { describe, expect, it } from 'vitest';
import type { DutyView } from '../../src-shared/api/duty.ts';
import type { PauseReason } from '../../src-shared/duty.ts';
import { idleFacts, unknown } from '../../test/support/host/duty-inputs.ts';
import { knownHost, knownNode, knownShard } from '../../test/support/host/known-host.ts';
import { diskFinding, freeDiskBytes } from './machine-findings.ts';
import { modelFindings } from './model-findings.ts';
import { networkFindings } from './network-findings.ts';
import { workFindings } from './work-findings.ts';

const game: PauseReason = {
  name: 'game running',
  reason: { code: 'program-running', names: ['Hades'], others: 0 },
  isSeen: true,
  clearsAt: null,
};

function paused(reason: PauseReason): DutyView {
  const { sentence, pause } = knownHost.duty;
  return { state: 'paused', reasons: [reason], answersOwner: false, sentence, pause };
}

const noPorts = { api: null, window: null };

describe('the work of a machine', () => {
  it('is good while it serves, and a pause for a game is as it should be', () => {
    expect(workFindings(knownHost)).toMatchObject([{ code: 'duty', level: 'good' }]);
    expect(workFindings({ ...knownHost, duty: paused(game) })).toMatchObject([
      { code: 'duty', level: 'note', answersOwner: false },
    ]);
  });

  it('is a problem while something that could not be ruled out pauses it', () => {
    const duty = paused({ ...game, isSeen: false });
    expect(workFindings({ ...knownHost, duty })[0]?.level).toBe('problem');
  });

  it('has nothing but the missing consent before the owner has agreed', () => {
    const app = { ...knownHost.app, consent: 'needed' } as const;
    expect(workFindings({ ...knownHost, app })).toEqual([
      { code: 'consent-needed', level: 'problem' },
    ]);
  });

  it('tells a fault of the node, warnings, and readings that are missing with their reasons', () => {
    const warning = { code: 'pause-not-stored' } as const;
    const app = { ...knownHost.app, fault: 'It ended.', warnings: [warning] };
    const facts = { ...idleFacts, isLidClosed: unknown };
    expect(workFindings({ ...knownHost, app, facts })).toMatchObject([
      { code: 'node-fault', level: 'problem', message: 'It ended.' },
      { code: 'duty' },
      {
        code: 'computer-unknown',
        level: 'note',
        missing: [{ fact: 'isLidClosed', reason: unknown.reason }],
      },
      { code: 'warning', warning },
    ]);
  });
});

describe('the hosted layers', () => {
  it('tell what they take, how many run on devices, and whether there is room', () => {
    expect(modelFindings(knownHost)).toMatchObject([
      { code: 'shard', level: 'good', of: 6, layersOnDevices: 6, expectedDeviceBytes: 3e9 },
      { code: 'hosting-memory', level: 'good', limitBytes: 6e9, expectedBytes: 4e9 },
    ]);
    const node = { ...knownNode, shards: [knownShard, { ...knownShard, state: 'idle' as const }] };
    expect(modelFindings({ ...knownHost, node }).map(({ level }) => level)).toEqual([
      'good',
      'note',
      'problem',
    ]);
  });

  it('that failed are a problem, and none at all are worth a note', () => {
    const shards = [{ ...knownShard, state: 'faulted' as const, fault: 'no memory' }];
    expect(modelFindings({ ...knownHost, node: { ...knownNode, shards } })[0]).toMatchObject({
      level: 'problem',
      fault: 'no memory',
    });
    expect(modelFindings({ ...knownHost, node: { ...knownNode, shards: [] } })).toEqual([
      { code: 'nothing-hosted', level: 'note', isAutomatic: false },
    ]);
  });
});

describe('the network', () => {
  it('tells each port once, without those of relays', () => {
    const addresses = [
      ...knownNode.addresses,
      '/ip4/127.0.0.1/tcp/4001',
      '/ip4/9.9.9.9/tcp/443/p2p/12D3KooWRelay/p2p-circuit',
    ];
    const api = { port: 6374, isOpen: false };
    expect(
      networkFindings({ ...knownHost, node: { ...knownNode, addresses } }, { api, window: null }),
    ).toEqual([
      { code: 'api-port', level: 'problem', port: 6374, isOpen: false },
      {
        code: 'listen',
        level: 'good',
        ports: [
          { transport: 'tcp', port: 4001 },
          { transport: 'udp', port: 4002 },
        ],
      },
      { code: 'reach', level: 'good', reach: 'public' },
      { code: 'peers', level: 'note', connected: 0, known: 0 },
    ]);
  });

  it('tells of a window that has another port than it should', () => {
    const window = { port: 40_000, isOpen: true };
    const codes = (windowPort: number): string[] =>
      networkFindings(
        { node: null, settings: { ...knownHost.settings, windowPort } },
        { api: null, window },
      ).map(({ code }) => code);
    expect(codes(40_000)).toEqual(['window-port']);
    expect(codes(0)).toEqual(['window-port']);
    expect(codes(6375)).toEqual(['window-port', 'warning']);
  });

  it('takes no reach for a problem unless the machine listens for itself alone', () => {
    const node = { ...knownNode, reach: 'none' as const };
    const level = (listen: string[]): string | undefined =>
      networkFindings({ node, settings: { ...knownHost.settings, listen } }, noPorts).find(
        ({ code }) => code === 'reach',
      )?.level;
    expect(level(['/ip4/0.0.0.0/tcp/0'])).toBe('problem');
    expect(level(['/ip4/127.0.0.1/tcp/0'])).toBe('note');
  });
});

describe('the disk', () => {
  it('is a problem when nearly nothing is free, and a note when models have nearly all they may take', () => {
    const use = { usedBytes: 10e9, limitBytes: 50e9 };
    expect(diskFinding(80e9, use).level).toBe('good');
    expect(diskFinding(0.5e9, use).level).toBe('problem');
    expect(diskFinding(80e9, { ...use, usedBytes: 49e9 }).level).toBe('note');
  });

  it('is that of the nearest folder where there is none yet', async () => {
    expect(await freeDiskBytes('/no/such/folder')).toBeGreaterThan(0);
  });
});
