/**
 * What the system tells of its owner and its power: whether the owner is present, when the computer sleeps, and when
 * it shuts down.
 */
import { powerMonitor, powerSaveBlocker } from 'electron';
import { describeCauses } from '../../src-shared/errors.ts';
import type { Host } from '../host/host.ts';
import type { KeepAwake } from '../host/keep-awake.ts';
import type { Presence } from '../sensors/presence.ts';
import { known } from '../sensors/reading.ts';

/**
 * Presence as Electron knows it; undefined under Wayland, where Electron sees only the input to its own windows and
 * the system's tools are asked instead.
 */
export function desktopPresence(): (() => Presence) | undefined {
  if (process.platform === 'linux' && process.env['WAYLAND_DISPLAY'] !== undefined) {
    return undefined;
  }
  let isLocked = false;
  powerMonitor.on('lock-screen', () => (isLocked = true));
  powerMonitor.on('unlock-screen', () => (isLocked = false));
  return () => {
    const idleSeconds = powerMonitor.getSystemIdleTime();
    // Linux has no events for locking, so the state is read.
    const state = powerMonitor.getSystemIdleState(Math.max(1, idleSeconds + 1));
    return {
      inputIdleMs: known(idleSeconds * 1000),
      isLocked: known(isLocked || state === 'locked'),
    };
  };
}

/** Makes the host release everything before the computer sleeps, and read everything again when it wakes up. */
export function watchPower(host: Host, onShutdown: () => void): void {
  powerMonitor.on('suspend', () => {
    host.suspend().catch((error: unknown) => {
      host.log.write('error', 'power', 'Could not release the machine before sleep', {
        cause: describeCauses(error),
      });
    });
  });
  powerMonitor.on('resume', () => host.wakeUp());
  powerMonitor.on('unlock-screen', () => host.wakeUp());
  powerMonitor.on('shutdown', onShutdown);
}

/** Keeps the computer awake while that is set; its screen may still go dark. */
export class DesktopKeepAwake implements KeepAwake {
  #blocker: number | undefined;

  set(isWanted: boolean): void {
    if (isWanted === (this.#blocker !== undefined)) {
      return;
    }
    if (this.#blocker === undefined) {
      this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    } else {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = undefined;
    }
  }

  stop(): Promise<void> {
    this.set(false);
    return Promise.resolve();
  }
}
