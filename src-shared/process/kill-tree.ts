/** Kills a process and what it started, on every platform. */
import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Kills the process, and all of its descendants when it has a group of its own. Does nothing to a process that is gone.
 */
export function killTree(process_: ChildProcess, hasOwnGroup: boolean): void {
  const { pid } = process_;
  if (pid === undefined || process_.exitCode !== null || process_.signalCode !== null) {
    return;
  }
  if (hasOwnGroup && process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true, stdio: 'ignore' })
      // Where there is no taskkill, at least the process itself is killed.
      .once('error', () => process_.kill('SIGKILL'));
    return;
  }
  if (!hasOwnGroup || !signalGroup(pid)) {
    process_.kill('SIGKILL');
  }
}

/**
 * Kills what is left of a group after its leader died. The group's number cannot belong to another group while a
 * member lives. Windows has no such groups; descendants end there when their links close.
 */
export function sweepGroup(process_: ChildProcess, hasOwnGroup: boolean): void {
  if (hasOwnGroup && process.platform !== 'win32' && process_.pid !== undefined) {
    signalGroup(process_.pid);
  }
}

function signalGroup(group: number): boolean {
  try {
    process.kill(-group, 'SIGKILL');
    return true;
  } catch {
    // The group has no members.
    return false;
  }
}
