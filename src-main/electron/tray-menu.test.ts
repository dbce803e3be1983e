import { describe, expect, it } from 'vitest';
import { pauseChoices } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import {
  type DifferentSnapshot,
  duties,
  snapshotWith,
  working,
} from '../../test/support/window/tray-snapshots.ts';
import { type TrayAction, type TrayItem, trayMenu, trayTooltip } from './tray-menu.ts';

const paused = { duty: duties.paused, sentence: 'Paused: Cyberpunk2077.exe is running' };
const faulted = { duty: duties.faulted, sentence: 'Fault: The engine died; trying again at 12:10' };
const stopping = { node: { state: 'stopping', fault: null } } as const;
const beforeConsent = { duty: duties.off, requests: { hasConsented: false } };
const chatOnly = { requests: { hostsLayers: false } };

/** A menu as lines: [x] and [ ] are boxes, (…) cannot be clicked. */
function lines(items: readonly TrayItem[]): string[] {
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'text':
        return [`“${item.label}”`];
      case 'separator':
        return ['—'];
      case 'submenu':
        return [item.isEnabled ? `${item.label} ▸` : `(${item.label} ▸)`];
      case 'button':
      case 'checkbox': {
        const box = item.kind === 'checkbox' ? `[${item.isChecked ? 'x' : ' '}] ` : '';
        return [item.isEnabled ? `${box}${item.label}` : `(${box}${item.label})`];
      }
      default:
        return missingCase(item);
    }
  });
}

function menuLines(different: DifferentSnapshot): string[] {
  return lines(trayMenu(snapshotWith(different)));
}

function firstLine(different: DifferentSnapshot): string | undefined {
  return menuLines(different)[0];
}

function pauseItems(different: DifferentSnapshot): readonly TrayItem[] {
  return trayMenu(snapshotWith(different)).flatMap((item) =>
    item.kind === 'submenu' ? item.items : [],
  );
}

describe('the menu', () => {
  it('of a machine at work', () => {
    expect(lines(trayMenu(working))).toEqual([
      '“Working for the mesh”',
      '“Today: 12,345 tokens served”',
      '—',
      'Pause ▸',
      '[x] Pause while gaming',
      '(Resume)',
      '—',
      'Chat',
      'Open MindMesh',
      'Settings',
      'View logs',
      '—',
      'Quit MindMesh',
    ]);
  });

  it('before consent offers to show it, the logs, and to quit', () => {
    expect(menuLines(beforeConsent)).toEqual([
      '“Not set up yet: nothing runs until you agree”',
      '“Today: 12,345 tokens served”',
      '—',
      '(Pause ▸)',
      '([x] Pause while gaming)',
      '(Resume)',
      '—',
      '(Chat)',
      'Open MindMesh',
      '(Settings)',
      'View logs',
      '—',
      'Quit MindMesh',
    ]);
  });

  it('while quitting leaves only the logs', () => {
    const clickable = menuLines(stopping).filter((line) => !/^[(—“]/.test(line));
    expect(clickable).toEqual(['View logs']);
  });

  const firstLines: [string, DifferentSnapshot][] = [
    ['Paused: Cyberpunk2077.exe is running', paused],
    ['Fault: The engine died; trying again at 12:10', faulted],
    ['Quitting: freeing the memory', stopping],
    ['Chat only: this machine hosts no layers of a model', chatOnly],
    ['Chat only: this machine does not work for the mesh', { duty: duties.off }],
    [
      'Starting: connecting to the mesh',
      { duty: duties.off, node: { state: 'starting', fault: null } },
    ],
    [
      'Fault: Port 6374 is taken',
      { ...paused, node: { state: 'faulted', fault: 'Port 6374 is taken.' } },
    ],
    ['Fault: the mesh node has stopped', { node: { state: 'faulted', fault: null } }],
  ];

  it.each(firstLines)('begins with “%s”', (line, different) => {
    expect(firstLine(different)).toBe(`“${line}”`);
  });

  const served: [number, string][] = [
    [0, '“Today: no tokens served yet”'],
    [1, '“Today: 1 token served”'],
    [1_234_567, '“Today: 1,234,567 tokens served”'],
  ];

  it.each(served)('counts %d tokens of today', (tokensServed, line) => {
    expect(menuLines({ today: { tokensServed } })[1]).toBe(line);
  });

  const resumes: [string, DifferentSnapshot][] = [
    ['Resume', { ...paused, requests: { pause: '1 hour' } }],
    ['(Resume)', paused],
    ['Try again now', faulted],
    ['Resume', { ...faulted, requests: { pause: 'indefinitely' } }],
  ];

  it.each(resumes)('has %s where it would help, case %#', (line, different) => {
    expect(menuLines(different)[5]).toBe(line);
  });

  it('offers a newer version that is there to be installed', () => {
    const newer = trayMenu(snapshotWith({ readyUpdate: '1.2.3' }));
    expect(newer.at(-2)).toEqual({
      kind: 'button',
      label: 'Restart to install version 1.2.3',
      isEnabled: true,
      action: { type: 'install update' },
    });
    expect(menuLines({ readyUpdate: '1.2.3', ...stopping }).at(-2)).toMatch(/^\(Restart/);
  });

  it('has nothing to pause on a machine that only chats', () => {
    expect(menuLines(chatOnly)[3]).toBe('(Pause ▸)');
  });
});

describe('a click', () => {
  it('on a pause asks for just that one', () => {
    expect(pauseItems({})).toEqual(
      [
        ['1 hour', 'For 1 hour'],
        ['until tomorrow', 'Until tomorrow'],
        ['until restart', 'Until MindMesh restarts'],
        ['indefinitely', 'Until I resume'],
        ['finish then pause', 'Finish answers, then pause'],
      ].map(([choice, label]) => ({
        kind: 'checkbox',
        label,
        isChecked: false,
        isEnabled: true,
        action: { type: 'pause', choice },
      })),
    );
  });

  it.each(pauseChoices)('on "%s" shows as its tick', (pause) => {
    const ticked = pauseItems({ requests: { pause } }).filter(
      (item) => item.kind === 'checkbox' && item.isChecked,
    );
    expect(ticked).toMatchObject([{ action: { type: 'pause', choice: pause } }]);
  });

  it.each([true, false])('on "Pause while gaming", now %s, asks for the contrary', (isOn) => {
    expect(trayMenu(snapshotWith({ requests: { pauseWhileGaming: isOn } }))[4]).toMatchObject({
      isChecked: isOn,
      action: { type: 'pause while gaming', isOn: !isOn },
    });
  });

  it('on every button asks for what is written on it', () => {
    const buttons = trayMenu(working).flatMap((item) =>
      item.kind === 'button' ? [[item.label, item.action]] : [],
    );
    const asked: [string, TrayAction][] = [
      ['Resume', { type: 'resume' }],
      ['Chat', { type: 'open', view: 'chat' }],
      ['Open MindMesh', { type: 'open', view: 'status' }],
      ['Settings', { type: 'open', view: 'settings' }],
      ['View logs', { type: 'view logs' }],
      ['Quit MindMesh', { type: 'quit' }],
    ];
    expect(buttons).toEqual(asked);
  });
});

describe('words from outside', () => {
  it('keep their ampersands in the menu and in the tooltip', () => {
    const different = { ...paused, sentence: 'Paused: Command & Conquer is running' };
    expect(firstLine(different)).toBe('“Paused: Command && Conquer is running”');
    expect(trayTooltip(snapshotWith(different))).toBe(
      'MindMesh – Paused: Command & Conquer is running',
    );
  });

  it('take one line, and no more room than there is', () => {
    const sentence = `Paused: a\n\u202Eb ${'🎮'.repeat(200)} is running`;
    const snapshot = snapshotWith({ ...paused, sentence });
    const [line] = trayMenu(snapshot);
    for (const text of [trayTooltip(snapshot), line?.kind === 'text' ? line.label : '']) {
      expect(text).toContain('Paused: a b 🎮');
      expect(text).toMatch(/🎮…$/u);
      expect(text.isWellFormed()).toBe(true);
    }
    expect(trayTooltip(snapshot).length).toBeLessThanOrEqual(127);
  });
});
