/** Snapshots of the tray for tests: a machine at work, and the usual duties. */
import type { Duty, PauseReason } from '../../../src-shared/duty.ts';
import type { TraySnapshot } from '../../../src-main/electron/tray-snapshot.ts';

const game: PauseReason = {
  name: 'game running',
  reason: { code: 'program-running', names: ['Cyberpunk2077.exe'], others: 0 },
  isSeen: true,
  clearsAt: null,
};

const draining = { state: 'draining', reasons: [game], isEnding: false } as const;

export const duties = {
  off: { state: 'off' },
  starting: { state: 'starting' },
  serving: { state: 'serving', workShare: 1, cpuShare: 1, isSlowedByHeat: false },
  givingBack: { ...draining, reasons: [game], deadline: { kind: 'by', atMs: 400 } },
  finishing: { ...draining, reasons: [game], deadline: { kind: 'when answered', atMs: null } },
  finished: {
    ...draining,
    reasons: [game],
    deadline: { kind: 'when answered', atMs: null },
    isEnding: true,
  },
  paused: { state: 'paused', reasons: [game] },
  faulted: { state: 'faulted', code: 'engine-died', message: 'The engine died', retryAt: 0 },
} satisfies Record<string, Duty>;

export const working: TraySnapshot = {
  duty: duties.serving,
  sentence: 'Working for the mesh',
  node: { state: 'running', fault: null },
  today: { tokensServed: 12_345 },
  readyUpdate: null,
  requests: { hasConsented: true, hostsLayers: true, pause: null, pauseWhileGaming: true },
};

/** Differences of a snapshot from that of a machine at work. */
export type DifferentSnapshot = Partial<Omit<TraySnapshot, 'requests'>> & {
  readonly requests?: Partial<TraySnapshot['requests']>;
};

export function snapshotWith({ requests, ...different }: DifferentSnapshot): TraySnapshot {
  return { ...working, ...different, requests: { ...working.requests, ...requests } };
}
