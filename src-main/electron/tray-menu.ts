/**
 * The tray's menu and tooltip, made anew from every snapshot, as plain data. Electron only draws it, so tests check
 * without a desktop what the owner reads and what a click does. Pure.
 */
import { type PauseChoice, pauseChoices } from '../../src-shared/duty.ts';
import { printable } from '../../src-shared/printable.ts';
import { pauseChoiceWords, trayWords } from '../../src-shared/words/words.ts';
import type { TraySnapshot } from './tray-snapshot.ts';
import { trayState } from './tray-state.ts';

/** What a click asks for. A click changes a request; the menu shows the machine's own state. */
export type TrayAction =
  | { readonly type: 'pause'; readonly choice: PauseChoice }
  /** Ends the owner's pause, and the waiting after a fault. */
  | { readonly type: 'resume' }
  | { readonly type: 'pause while gaming'; readonly isOn: boolean }
  | { readonly type: 'open'; readonly view: 'chat' | 'status' | 'settings' }
  | { readonly type: 'install update' }
  | { readonly type: 'view logs' }
  | { readonly type: 'quit' };

/** In labels, `&&` shows as an ampersand on all systems. */
export type TrayItem =
  /** A line without an action. */
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'separator' }
  | ({ readonly kind: 'button' } & Clickable)
  | ({ readonly kind: 'checkbox'; readonly isChecked: boolean } & Clickable)
  | {
      readonly kind: 'submenu';
      readonly label: string;
      readonly isEnabled: boolean;
      readonly items: readonly TrayItem[];
    };

type Clickable = {
  readonly label: string;
  readonly isEnabled: boolean;
  readonly action: TrayAction;
};

/** Windows has room for 128 UTF-16 units, the last of them zero (NOTIFYICONDATAW, szTip). */
const longestTooltip = 127;
/** A menu that is wider than a third of a small screen would hide what is under it. */
const longestLine = 80;

const separator = { kind: 'separator' } as const;

export function trayTooltip(snapshot: TraySnapshot): string {
  return printable(`MindMesh – ${whatHappens(snapshot)}`, longestTooltip);
}

export function trayMenu(snapshot: TraySnapshot): TrayItem[] {
  const { node, today, requests } = snapshot;
  const isStopping = node.state === 'stopping';
  const isSetUp = requests.hasConsented && !isStopping;
  return [
    textLine(whatHappens(snapshot)),
    textLine(trayWords.tokensToday(today.tokensServed)),
    separator,
    pauseMenu(snapshot, isSetUp),
    {
      kind: 'checkbox',
      label: trayWords.pauseWhileGaming,
      isChecked: requests.pauseWhileGaming,
      isEnabled: isSetUp,
      action: { type: 'pause while gaming', isOn: !requests.pauseWhileGaming },
    },
    resumeButton(snapshot, isSetUp),
    separator,
    button(trayWords.chat, { type: 'open', view: 'chat' }, isSetUp),
    button(trayWords.open, { type: 'open', view: 'status' }, !isStopping),
    button(trayWords.settings, { type: 'open', view: 'settings' }, isSetUp),
    button(trayWords.viewLogs, { type: 'view logs' }, true),
    separator,
    ...updateItems(snapshot, !isStopping),
    button(trayWords.quit, { type: 'quit' }, !isStopping),
  ];
}

/** What the machine does, and why. */
function whatHappens(snapshot: TraySnapshot): string {
  const { duty, node, sentence, requests } = snapshot;
  if (node.state === 'stopping') {
    return trayWords.quitting;
  }
  if (!requests.hasConsented) {
    return trayWords.notSetUp;
  }
  if (node.state === 'faulted') {
    return trayWords.fault(node.fault);
  }
  if (trayState(snapshot) === 'chat-only') {
    return requests.hostsLayers ? trayWords.notWorking : trayWords.hostsNothing;
  }
  return duty.state === 'off' ? trayWords.starting : sentence;
}

function pauseMenu(snapshot: TraySnapshot, isSetUp: boolean): TrayItem {
  return {
    kind: 'submenu',
    label: trayWords.pause,
    isEnabled: isSetUp && trayState(snapshot) !== 'chat-only',
    items: pauseChoices.map((choice) => ({
      kind: 'checkbox',
      label: pauseChoiceWords[choice],
      isChecked: snapshot.requests.pause === choice,
      isEnabled: true,
      action: { type: 'pause', choice },
    })),
  };
}

/** The owner can resume only from an own pause; a game or heat has to end by itself. */
function resumeButton({ duty, requests }: TraySnapshot, isSetUp: boolean): TrayItem {
  const isToRetry = requests.pause === null && duty.state === 'faulted';
  return button(
    isToRetry ? trayWords.tryAgainNow : trayWords.resume,
    { type: 'resume' },
    isSetUp && (requests.pause !== null || isToRetry),
  );
}

/** Empty where there is no update to install. */
function updateItems({ readyUpdate }: TraySnapshot, isEnabled: boolean): TrayItem[] {
  return readyUpdate === null
    ? []
    : [button(label(trayWords.installUpdate(readyUpdate)), { type: 'install update' }, isEnabled)];
}

function button(label: string, action: TrayAction, isEnabled: boolean): TrayItem {
  return { kind: 'button', label, isEnabled, action };
}

function textLine(text: string): TrayItem {
  return { kind: 'text', label: label(text) };
}

/** Names of programs come from outside, and some contain an ampersand. */
function label(text: string): string {
  return printable(text, longestLine).replaceAll('&', '&&');
}
