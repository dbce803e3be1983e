import { expect, it } from 'vitest';
import {
  othersIdleMs,
  parseConsoleLock,
  parseHidIdle,
  parseMilliseconds,
  parseSessionIds,
  parseSessions,
  readLinuxPresence,
  readMacPresence,
  readOtherSessions,
  windowsPresence,
} from './presence.ts';
import { known, unknown } from './reading.ts';
import { MissingToolError, type RunCommand } from '../base/run-command.ts';

const { signal } = new AbortController();

function session(values: Readonly<Record<string, string>>): string {
  const all = { Class: 'user', Type: 'wayland', State: 'active', IdleHint: 'yes', ...values };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}

it('lists systemd’s sessions, of old and new versions', () => {
  expect(
    parseSessionIds('     2 1000 ann              seat0            tty2\n    c1  120 gdm  seat0\n'),
  ).toEqual(['2', 'c1']);
  expect(parseSessionIds('3 1000 ann seat0 41234 user tty2 no -\n')).toEqual(['3']);
  expect(parseSessionIds('')).toEqual([]);
  expect(parseSessionIds('; rm -rf /\n')).toEqual([]);
});

it('knows since when an idle session is idle, by the clock that does not jump', () => {
  const text = session({ IdleSinceHintMonotonic: '100000000', LockedHint: 'yes' });
  expect(parseSessions(text, 160_000)).toEqual({
    inputIdleMs: known(60_000),
    isLocked: known(true),
  });
});

it('is as idle as its least idle person, and locked only when all screens are', () => {
  const away = session({ IdleSinceHintMonotonic: '100000000', LockedHint: 'yes' });
  const here = session({ IdleHint: 'no', IdleSinceHintMonotonic: '0', LockedHint: 'no' });
  expect(parseSessions(`${away}\n\n${here}\n`, 160_000)).toEqual({
    inputIdleMs: known(0),
    isLocked: known(false),
  });
});

it('leaves the login screen and closing sessions out, and terminals where screens are meant', () => {
  const greeter = session({ Class: 'greeter', IdleHint: 'no' });
  const closing = session({ State: 'closing', IdleHint: 'no' });
  const terminal = session({ Type: 'tty', IdleSinceHintMonotonic: '1000000', LockedHint: 'no' });
  expect(parseSessions([greeter, closing, terminal].join('\n\n'), 5000)).toEqual({
    inputIdleMs: known(4000),
    isLocked: unknown({ code: 'untold', fact: 'no-screen' }),
  });
});

it.each([
  '',
  'nonsense',
  session({ IdleHint: 'perhaps' }),
  session({ IdleSinceHintMonotonic: 'x' }),
])('never takes what it cannot read for idle (%#)', (text) => {
  expect(parseSessions(text, 1e9).inputIdleMs).toEqual(
    unknown({ code: 'untold', fact: 'last-use' }),
  );
});

function answers(texts: Readonly<Record<string, string>>): RunCommand {
  return (command, args) => {
    const text = texts[`${command} ${args[0] ?? ''}`.trim()] ?? texts[command];
    return text === undefined
      ? Promise.reject(new MissingToolError(command, undefined))
      : Promise.resolve(text);
  };
}

const logind = {
  'loginctl list-sessions': '2 1000 ann seat0 tty2\n',
  'loginctl show-session': session({ IdleHint: 'no', LockedHint: 'no' }),
};

it('prefers the exact time of X11 or GNOME to logind’s hint', async () => {
  const x11 = answers({ ...logind, xprintidle: '93456\n' });
  expect(await readLinuxPresence(x11, signal, { DISPLAY: ':0' })).toEqual({
    inputIdleMs: known(93_456),
    isLocked: known(false),
  });
  const gnome = answers({ ...logind, 'busctl --user': 't 71000\n' });
  const environment = {
    XDG_CURRENT_DESKTOP: 'ubuntu:GNOME',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus',
    WAYLAND_DISPLAY: 'wayland-0',
    DISPLAY: ':0',
  };
  expect((await readLinuxPresence(gnome, signal, environment)).inputIdleMs).toEqual(known(71_000));
});

it('counts a second person beside the exact time of the owner’s own screen', async () => {
  const own = session({ Id: '2', User: '1000', Type: 'x11', IdleHint: 'no' });
  const other = session({ Id: '5', User: '1001', IdleHint: 'no' });
  const both = { ...logind, 'loginctl show-session': `${own}\n\n${other}\n` };
  const environment = { DISPLAY: ':0', XDG_SESSION_ID: '2' };
  const run = answers({ ...both, xprintidle: '3600000\n' });
  expect((await readLinuxPresence(run, signal, environment)).inputIdleMs).toEqual(known(0));
  expect(await readOtherSessions(run, signal, environment)).toBe(0);
  const alone = answers({ ...logind, 'loginctl show-session': own, xprintidle: '3600000\n' });
  expect((await readLinuxPresence(alone, signal, environment)).inputIdleMs).toEqual(
    known(3_600_000),
  );
  expect(await readOtherSessions(alone, signal, environment)).toBe(Infinity);
  expect(await readOtherSessions(answers({}), signal, environment)).toBe(Infinity);
});

it.each([
  ['a person at a second seat', { User: '1001', IdleHint: 'no' }, 0],
  ['a person who left a second seat', { User: '1001', IdleSinceHintMonotonic: '5000000' }, 4000],
  ['a terminal of the owner', { Type: 'tty', TTY: 'pts/3', IdleHint: 'no' }, 0],
  ['the owner’s own screen', { IdleHint: 'no' }, Infinity],
  ['a person who is switched away', { User: '1001', State: 'online', IdleHint: 'no' }, Infinity],
  ['a mounted folder', { User: '1001', Type: 'tty', TTY: '', IdleHint: 'no' }, Infinity],
])('counts or leaves out %s', (_, values, idleMs) => {
  const text = session({ Id: '9', User: '1000', Type: 'x11', ...values });
  expect(othersIdleMs(text, 9000, {}, 1000)).toBe(idleMs);
});

it('does not believe the X server under Wayland, and goes by logind without exact tools', async () => {
  const wayland = answers({ ...logind, xprintidle: '93456\n' });
  const environment = { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' };
  expect((await readLinuxPresence(wayland, signal, environment)).inputIdleMs).toEqual(known(0));
  expect((await readLinuxPresence(answers(logind), signal, { DISPLAY: ':0' })).inputIdleMs).toEqual(
    known(0),
  );
});

it('is unknown where nothing can be asked, or a user is there that logind does not know', async () => {
  expect(await readLinuxPresence(answers({}), signal, {}, '/')).toEqual({
    inputIdleMs: unknown({ code: 'not-installed', tool: 'loginctl' }),
    isLocked: unknown({ code: 'not-installed', tool: 'loginctl' }),
  });
  const empty = answers({ 'loginctl list-sessions': '\n' });
  const screen = { DISPLAY: ':0' };
  expect((await readLinuxPresence(empty, signal, screen, '/')).inputIdleMs.isKnown).toBe(false);
});

it('knows that no user is at a machine where none is logged in, or nothing is to see or to press', async () => {
  const empty = answers({ 'loginctl list-sessions': '\n' });
  const server = await readLinuxPresence(empty, signal, {}, '/');
  const container = await readLinuxPresence(answers({}), signal, {}, '/no/such/folder');
  for (const { inputIdleMs, isLocked } of [server, container]) {
    expect(inputIdleMs.isKnown && inputIdleMs.value > 0).toBe(true);
    expect(isLocked.isKnown).toBe(false);
  }
  const screen = { WAYLAND_DISPLAY: 'wayland-0' };
  const desktop = await readLinuxPresence(answers({}), signal, screen, '/no/such/folder');
  expect(desktop.inputIdleMs.isKnown).toBe(false);
});

it.each([
  ['93456\n', 93_456],
  ['', undefined],
  ["couldn't open display", undefined],
  ['-1', undefined],
])('reads %j of xprintidle as %j', (text, ms) => {
  expect(parseMilliseconds(text)).toBe(ms);
});

it('reads macOS’ registry', async () => {
  const input = `+-o IOHIDSystem  <class IOHIDSystem, id 0x100000362, registered, matched, active, busy 0 (2 ms), retain 27>
    {
      "IOClass" = "IOHIDSystem"
      "HIDIdleTime" = 4500000000
      "HIDParameters" = {"HIDClickTime"=500000000}
    }
`;
  const root =
    '+-o Root  <class IORegistryEntry, id 0x100000100>\n  {\n    "IOConsoleLocked" = No\n  }\n';
  const mac: RunCommand = (_command, args) =>
    Promise.resolve(args.includes('IOHIDSystem') ? input : root);
  expect(await readMacPresence(mac, signal)).toEqual({
    inputIdleMs: known(4500),
    isLocked: known(false),
  });
  expect(parseConsoleLock('"IOConsoleLocked" = Yes')).toEqual(known(true));
  expect(parseConsoleLock('').isKnown).toBe(false);
  expect(parseHidIdle('"HIDIdleTime" = <00000000>').isKnown).toBe(false);
});

it('takes over what Windows tells, and its silence', () => {
  const owner = { idleMs: 1500, isLocked: true, fullScreen: null, power: 'Online' };
  expect(windowsPresence(known(owner))).toEqual({
    inputIdleMs: known(1500),
    isLocked: known(true),
  });
  expect(windowsPresence(known({ ...owner, idleMs: undefined })).inputIdleMs.isKnown).toBe(false);
  expect(windowsPresence(unknown({ code: 'failed', message: 'gone' })).isLocked).toEqual(
    unknown({ code: 'failed', message: 'gone' }),
  );
});
