import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { type Updater, Updates } from './updates.ts';

/** electron-updater towards the app, with a server that the test simulates. */
class PlayedUpdater extends EventEmitter implements Updater {
  autoDownload = false;
  autoInstallOnAppQuit = true;
  readonly quitAndInstall = vi.fn<() => void>();
  readonly looks = vi.fn<() => void>();
  answer: () => void = () => this.emit('update-not-available');

  async checkForUpdates(): Promise<unknown> {
    this.looks();
    this.emit('checking-for-update');
    this.answer();
    return await Promise.resolve(null);
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(updater: PlayedUpdater | null) {
  const states: string[] = [];
  const faults: unknown[] = [];
  let tick: (() => void) | undefined;
  const updates = new Updates({
    load: updater === null ? null : () => Promise.resolve(updater),
    onState: ({ state }) => states.push(state),
    onFault: (error) => faults.push(error),
    every: (_ms, run) => {
      tick = run;
      return () => (tick = undefined);
    },
  });
  return {
    updates,
    states,
    faults,
    tick: () => tick?.(),
    isLooking: () => tick !== undefined,
  };
}

it('checks at once, downloads, and installs only when told to', async () => {
  const updater = new PlayedUpdater();
  updater.answer = () => {
    updater.emit('update-available', { version: '1.2.3' });
    updater.emit('update-downloaded', { version: '1.2.3' });
  };
  const { updates, states } = setUp(updater);
  updates.setWanted(true);
  await settled();
  expect(states).toEqual(['none', 'checking', 'downloading', 'ready']);
  expect(updates.state).toEqual({ state: 'ready', version: '1.2.3' });
  expect(updater).toMatchObject({ autoDownload: true, autoInstallOnAppQuit: false });
  expect(updater.quitAndInstall).not.toHaveBeenCalled();
  await updates.install();
  expect(updater.quitAndInstall).toHaveBeenCalledOnce();
});

it('looks again later, and no more when it is not wanted any more', async () => {
  const updater = new PlayedUpdater();
  const { updates, tick, isLooking } = setUp(updater);
  updates.setWanted(true);
  updates.setWanted(true);
  await settled();
  tick();
  await settled();
  expect(updater.looks).toHaveBeenCalledTimes(2);
  updates.setWanted(false);
  expect(isLooking()).toBe(false);
  expect(updates.state).toEqual({ state: 'off' });
});

it('tells a failure and tries again', async () => {
  const updater = new PlayedUpdater();
  updater.answer = () => {
    updater.emit('error', new Error('no server'));
    throw new Error('no server');
  };
  const { updates, faults, tick } = setUp(updater);
  updates.setWanted(true);
  await settled();
  expect(updates.state).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('no server'),
  });
  expect(faults.length).toBeGreaterThan(0);
  updater.answer = () => updater.emit('update-not-available');
  tick();
  await settled();
  expect(updates.state).toEqual({ state: 'none' });
});

it('never looks where the app cannot be updated', async () => {
  const { updates, states, isLooking } = setUp(null);
  updates.setWanted(true);
  await updates.install();
  expect({ states, isLooking: isLooking(), state: updates.state }).toEqual({
    states: [],
    isLooking: false,
    state: { state: 'off' },
  });
});
