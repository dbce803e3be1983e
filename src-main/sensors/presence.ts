/**
 * Whether the owner is at the machine: the time since the last input, and whether the screen is locked. Electron
 * knows both; without it, each system's own tool is asked, as far as there is one.
 */
import { existsSync } from 'node:fs';
import type { Facts, Reading } from '../../src-shared/duty.ts';
import type { SingleReason } from '../../src-shared/missing-reason.ts';
import { known, unknown, unknownAfter } from './reading.ts';
import type { RunCommand } from '../base/run-command.ts';
import type { WindowsOwner } from './windows/records.ts';

export type Presence = Pick<Facts, 'inputIdleMs' | 'isLocked'>;

/** `CLOCK_MONOTONIC` in milliseconds; systemd's monotonic times use this clock. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/**
 * From systemd's sessions, and for the exact time from GNOME or X11 where they run. `inputDevices` is a folder that
 * exists where there are input devices.
 */
export async function readLinuxPresence(
  runCommand: RunCommand,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv = process.env,
  inputDevices = '/dev/input',
): Promise<Presence> {
  const hasScreen =
    environment['DISPLAY'] !== undefined || environment['WAYLAND_DISPLAY'] !== undefined;
  if (!hasScreen && !existsSync(inputDevices)) {
    return nobodyThere({ code: 'untold', fact: 'no-screen' });
  }
  const sessions = readSessions(runCommand, signal);
  const [presence, exactIdleMs, others] = await Promise.all([
    presenceOf(sessions, hasScreen),
    readExactIdle(runCommand, signal, environment),
    leastIdleOther(sessions, environment),
  ]);
  return exactIdleMs === undefined
    ? presence
    : { ...presence, inputIdleMs: known(Math.min(exactIdleMs, others)) };
}

/**
 * Time since the last use of the machine in any session but the one on the owner's own screen, in milliseconds;
 * Infinity where no use is known. For callers that know only that screen.
 */
export function readOtherSessions(
  runCommand: RunCommand,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  return leastIdleOther(readSessions(runCommand, signal), environment);
}

async function leastIdleOther(
  sessions: Promise<string>,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    return othersIdleMs(await sessions, monotonicMs(), environment);
  } catch {
    return Infinity;
  }
}

/** The presence when the machine was not used since it started. */
function nobodyThere(reason: SingleReason): Presence {
  return { inputIdleMs: known(monotonicMs()), isLocked: unknown(reason) };
}

async function readExactIdle(
  runCommand: RunCommand,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv,
): Promise<number | undefined> {
  const isGnome = environment['XDG_CURRENT_DESKTOP']?.toUpperCase().includes('GNOME') === true;
  try {
    if (isGnome && environment['DBUS_SESSION_BUS_ADDRESS'] !== undefined) {
      const monitor = 'org.gnome.Mutter.IdleMonitor';
      const place = '/org/gnome/Mutter/IdleMonitor/Core';
      const call = ['--user', 'call', monitor, place, monitor, 'GetIdletime'];
      return parseMilliseconds((await runCommand('busctl', call, signal)).replace(/^t /, ''));
    }
    // Under Wayland, the X server sees only the input to its own windows.
    return environment['DISPLAY'] !== undefined && environment['WAYLAND_DISPLAY'] === undefined
      ? parseMilliseconds(await runCommand('xprintidle', [], signal))
      : undefined;
  } catch {
    return undefined;
  }
}

/** What xprintidle prints: a whole number of milliseconds. */
export function parseMilliseconds(text: string): number | undefined {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : undefined;
}

async function presenceOf(sessions: Promise<string>, hasScreen: boolean): Promise<Presence> {
  try {
    const text = await sessions;
    if (text === '') {
      const reason = { code: 'untold', fact: 'login' } as const;
      const nobody = unknown(reason);
      // There is a user on a screen of this machine, so logind does not know everything.
      return hasScreen ? { inputIdleMs: nobody, isLocked: nobody } : nobodyThere(reason);
    }
    return parseSessions(text, monotonicMs());
  } catch (error) {
    const reason = unknownAfter('owner-use', error);
    return { inputIdleMs: reason, isLocked: reason };
  }
}

const sessionFields = [
  'Id',
  'User',
  'Class',
  'Type',
  'State',
  'TTY',
  'IdleHint',
  'IdleSinceHintMonotonic',
  'LockedHint',
];

/** What logind reports of each session; "" when there is no session. */
async function readSessions(runCommand: RunCommand, signal: AbortSignal): Promise<string> {
  const sessions = parseSessionIds(
    await runCommand('loginctl', ['list-sessions', '--no-legend'], signal),
  );
  const fields = `--property=${sessionFields.join(',')}`;
  return sessions.length === 0
    ? ''
    : await runCommand('loginctl', ['show-session', ...sessions, fields], signal);
}

const maxSessions = 50;

/** The first word of each line of `loginctl list-sessions --no-legend`. */
export function parseSessionIds(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((id) => /^[\w-]{1,40}$/.test(id))
    .slice(0, maxSessions);
}

/**
 * Output of `loginctl show-session` for all sessions, with an empty line between them. The machine is as idle as its
 * least idle session, so that a second person at it counts too. systemd reports since when a session is idle, in
 * microseconds of the monotonic clock; a session that is not idle counts as used just now.
 */
export function parseSessions(text: string, nowMs: number): Presence {
  const sessions = userSessions(text);
  const idle = sessions.flatMap((session) => idleOf(session, nowMs));
  const screens = sessions.filter(hasScreenOfItsOwn);
  return {
    inputIdleMs:
      idle.length === 0 || idle.length < sessions.length
        ? unknown({ code: 'untold', fact: 'last-use' })
        : known(Math.min(...idle)),
    isLocked:
      screens.length === 0
        ? unknown({ code: 'untold', fact: 'no-screen' })
        : known(screens.every((session) => session.get('LockedHint') === 'yes')),
  };
}

/**
 * Idle time of the least idle session that the owner's own screen does not cover: sessions of other people, and
 * terminals. A session that is switched away has no user at a screen, and a session without a terminal, such as a
 * mounted folder, never reports that it is idle.
 */
export function othersIdleMs(
  text: string,
  nowMs: number,
  environment: NodeJS.ProcessEnv,
  uid = process.getuid?.(),
): number {
  const others = userSessions(text).filter((session) => {
    const isScreen = hasScreenOfItsOwn(session);
    const isOwn =
      session.get('Id') === environment['XDG_SESSION_ID'] ||
      (isScreen && session.get('User') === String(uid));
    return !isOwn && session.get('State') === 'active' && (isScreen || session.get('TTY') !== '');
  });
  return Math.min(Infinity, ...others.flatMap((session) => idleOf(session, nowMs)));
}

type Session = ReadonlyMap<string, string>;

function userSessions(text: string): Session[] {
  return text
    .split(/\n\s*\n/)
    .map(parseProperties)
    .filter((session) => session.get('Class') === 'user' && session.get('State') !== 'closing');
}

/** Empty where the session does not report its idle time. */
function idleOf(session: Session, nowMs: number): number[] {
  const sinceMs = Number(session.get('IdleSinceHintMonotonic') ?? Number.NaN) / 1000;
  if (session.get('IdleHint') === 'no') {
    return [0];
  }
  return session.get('IdleHint') === 'yes' && Number.isFinite(sinceMs)
    ? [Math.max(0, nowMs - sinceMs)]
    : [];
}

function hasScreenOfItsOwn(session: Session): boolean {
  return ['x11', 'wayland', 'mir'].includes(session.get('Type') ?? '');
}

function parseProperties(block: string): Map<string, string> {
  return new Map(
    block.split('\n').flatMap((line): [string, string][] => {
      const sign = line.indexOf('=');
      return sign > 0 ? [[line.slice(0, sign).trim(), line.slice(sign + 1).trim()]] : [];
    }),
  );
}

/** From macOS' registry: the input devices, and the notes of the login window. */
export async function readMacPresence(
  runCommand: RunCommand,
  signal: AbortSignal,
): Promise<Presence> {
  const input = await runCommand('ioreg', ['-r', '-d', '1', '-c', 'IOHIDSystem'], signal);
  const root = await runCommand('ioreg', ['-d', '1', '-n', 'Root'], signal);
  return { inputIdleMs: parseHidIdle(input), isLocked: parseConsoleLock(root) };
}

/** "HIDIdleTime" in nanoseconds; the least of them where several devices have one. */
export function parseHidIdle(text: string): Reading<number> {
  const times = [...text.matchAll(/"HIDIdleTime"\s*=\s*(\d{1,19})/g)].map(([, ns]) => Number(ns));
  return times.length === 0
    ? unknown({ code: 'untold', fact: 'last-use-mac' })
    : known(Math.min(...times) / 1e6);
}

/** "IOConsoleLocked" appears as Yes or No. */
export function parseConsoleLock(text: string): Reading<boolean> {
  const match = /"IOConsoleLocked"\s*=\s*(Yes|No)/.exec(text);
  return match === null ? unknown({ code: 'untold', fact: 'lock-mac' }) : known(match[1] === 'Yes');
}

export function windowsPresence(owner: Reading<WindowsOwner>): Presence {
  if (!owner.isKnown) {
    return { inputIdleMs: owner, isLocked: owner };
  }
  const { idleMs, isLocked } = owner.value;
  return {
    inputIdleMs:
      idleMs === undefined ? unknown({ code: 'untold', fact: 'last-use-windows' }) : known(idleMs),
    isLocked: known(isLocked),
  };
}
