import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type DifferentSnapshot,
  duties,
  snapshotWith,
} from '../../test/support/window/tray-snapshots.ts';
import {
  isPanelDark,
  trayPicture,
  trayPictureEdges,
  type TrayPlace,
  trayState,
  type TrayState,
  trayStates,
} from './tray-state.ts';

const assets = join(import.meta.dirname, '..', '..', 'assets', 'tray');
const starting = { state: 'starting', fault: null } as const;
const stopping = { state: 'stopping', fault: null } as const;
const faulted = { state: 'faulted', fault: 'The port is taken.' } as const;

describe('the icon', () => {
  const cases: [string, TrayState, DifferentSnapshot][] = [
    ['at work', 'serving', { duty: duties.serving }],
    ['loading models', 'serving', { duty: duties.starting }],
    ['finishing answers', 'serving', { duty: duties.finishing }],
    ['done with them', 'paused', { duty: duties.finished }],
    ['freeing the memory', 'paused', { duty: duties.givingBack }],
    ['paused by a game', 'paused', { duty: duties.paused }],
    ['paused by its owner', 'paused', { duty: duties.paused, requests: { pause: '1 hour' } }],
    ['not agreed to', 'paused', { duty: duties.off, requests: { hasConsented: false } }],
    [
      'not agreed to, whatever failed',
      'paused',
      { node: faulted, requests: { hasConsented: false } },
    ],
    ['connecting', 'paused', { duty: duties.off, node: starting }],
    ['quitting', 'paused', { duty: duties.off, node: stopping }],
    ['not asked to work', 'chat-only', { duty: duties.off }],
    ['without layers to host', 'chat-only', { requests: { hostsLayers: false } }],
    ['after its engine died', 'fault', { duty: duties.faulted }],
    ['without a node', 'fault', { duty: duties.paused, node: faulted }],
    ['chatting only, without a node', 'fault', { node: faulted, requests: { hostsLayers: false } }],
  ];

  it.each(cases)('of a machine %s is "%s"', (_what, state, different) => {
    expect(trayState(snapshotWith(different))).toBe(state);
  });
});

describe('the picture', () => {
  const windows: TrayPlace = { platform: 'win32', isDark: true, scaleFactor: 1 };
  const linux: TrayPlace = { platform: 'linux', isDark: true, scaleFactor: 1 };
  const cases: [string, TrayState, TrayPlace][] = [
    ['serving-on-dark-16.png', 'serving', windows],
    ['serving-on-light-16.png', 'serving', { ...windows, isDark: false }],
    ['chat-only-on-dark-20.png', 'chat-only', { ...windows, scaleFactor: 1.25 }],
    ['paused-on-dark-32.png', 'paused', { ...windows, scaleFactor: 1.75 }],
    ['paused-on-dark-48.png', 'paused', { ...windows, scaleFactor: 9 }],
    ['fault-on-dark-24.png', 'fault', linux],
    ['fault-on-dark-48.png', 'fault', { ...linux, scaleFactor: 2 }],
    ['faultTemplate.png', 'fault', { ...linux, platform: 'darwin' }],
  ];

  it.each(cases)('is %s for "%s" at %o', (name, state, place) => {
    expect(trayPicture(state, place)).toBe(name);
  });

  it.each(trayStates)('of "%s" is there for every desktop, and so is its source', (state) => {
    const names = [`${state}Template.png`, `${state}Template@2x.png`];
    for (const isDark of [true, false]) {
      for (const edge of trayPictureEdges) {
        names.push(trayPicture(state, { ...windows, isDark, scaleFactor: edge / 16 }));
      }
    }
    const paths = [`${state}.svg`, ...names.map((name) => join('rendered', name))];
    expect(paths.filter((path) => !existsSync(join(assets, path)))).toEqual([]);
    expect(new Set(paths)).toHaveLength(13);
  });
});

describe('the panel behind the picture', () => {
  const dark = { shouldUseDarkColors: true };
  const light = { shouldUseDarkColors: false };

  it('is as dark as the windows, where nothing better is known', () => {
    expect(isPanelDark('linux', {}, dark)).toBe(true);
    expect(isPanelDark('linux', { XDG_CURRENT_DESKTOP: 'KDE' }, light)).toBe(false);
  });

  it('has a colour of its own on Windows', () => {
    const taskBar = { ...light, shouldUseDarkColorsForSystemIntegratedUI: true };
    expect(isPanelDark('win32', {}, taskBar)).toBe(true);
  });

  it('is dark on GNOME', () => {
    expect(isPanelDark('linux', { XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' }, light)).toBe(true);
  });
});
