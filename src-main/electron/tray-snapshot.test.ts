import { expect, it } from 'vitest';
import { duties } from '../../test/support/window/tray-snapshots.ts';
import { traySnapshot } from './tray-snapshot.ts';

const host = {
  consent: 'given',
  state: 'running',
  fault: null,
  duty: { ...duties.serving, sentence: 'Working for the mesh', answersOwner: true, pause: null },
} as const;
const settings = { pauseWhileGaming: true, shards: null };
const noUsage = { days: [] };
const noUpdate = { state: 'none' } as const;
const noon = new Date(2026, 0, 5, 12).getTime();

it('takes from the host what the tray shows', () => {
  expect(traySnapshot(host, settings, noUsage, noUpdate, noon)).toEqual({
    duty: host.duty,
    sentence: 'Working for the mesh',
    node: { state: 'running', fault: null },
    today: { tokensServed: 0 },
    readyUpdate: null,
    requests: { hasConsented: true, hostsLayers: true, pause: null, pauseWhileGaming: true },
  });
});

it('counts the tokens of the local day alone', () => {
  const usage = {
    days: [
      { day: '2026-01-04', received: 1, served: 70 },
      { day: '2026-01-05', received: 2, served: 8 },
    ],
  };
  const servedAt = (at: number): number =>
    traySnapshot(host, settings, usage, noUpdate, at).today.tokensServed;
  expect(servedAt(noon)).toBe(8);
  expect(servedAt(new Date(2026, 0, 4, 23, 59).getTime())).toBe(70);
  expect(servedAt(new Date(2026, 0, 6).getTime())).toBe(0);
});

it('knows whether the owner has agreed, hosts anything, and has paused', () => {
  const duty = { ...host.duty, pause: '1 hour' } as const;
  const { requests } = traySnapshot(
    { ...host, consent: 'needed', duty },
    { pauseWhileGaming: false, shards: [] },
    noUsage,
    noUpdate,
    noon,
  );
  expect(requests).toEqual({
    hasConsented: false,
    hostsLayers: false,
    pause: '1 hour',
    pauseWhileGaming: false,
  });
});

it('offers only a version that can be installed now', () => {
  const version = '1.2.3';
  const readyUpdate = (state: 'downloading' | 'ready'): string | null =>
    traySnapshot(host, settings, noUsage, { state, version }, noon).readyUpdate;
  expect(readyUpdate('ready')).toBe(version);
  expect(readyUpdate('downloading')).toBeNull();
});
