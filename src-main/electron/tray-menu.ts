/**
 * The tray's menu and tooltip, built anew from every snapshot, as plain data: Electron only draws it, so what the
 * owner reads and what a click does is tested without a desktop. Pure.
 */
import { type PauseChoice, pauseChoices } from '../../src-shared/duty.ts';
import { printable } from '../../src-shared/printable.ts';
import type { TraySnapshot } from './tray-snapshot.ts';
import { trayState } from './tray-state.ts';

/** What a click asks for. Clicks change requests; only the machine says what is. */
export type TrayAction =
  | { readonly type: 'pause'; readonly choice: PauseChoice }
  /** Ends the owner's pause and, after a fault, the time of waiting. */
  | { readonly type: 'resume' }
  | { readonly type: 'pause while gaming'; readonly isOn: boolean }
  | { readonly type: 'open'; readonly view: 'chat' | 'status' | 'settings' }
  | { readonly type: 'install update' }
  | { readonly type: 'view logs' }
  | { readonly type: 'quit' };

/** In labels `&&` is an ampersand, as Electron has it on all systems. */
export type TrayItem =
  /** A line to read. */
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
/** A menu wider than a third of a small screen would hide what it is opened over. */
const longestLine = 80;

const pauseLabels: Record<PauseChoice, string> = {
  '1 hour': 'For 1 hour',
  'until tomorrow': 'Until tomorrow',
  'until restart': 'Until MindMesh restarts',
  indefinitely: 'Until I resume',
  'finish then pause': 'Finish answers, then pause',
};

const count = new Intl.NumberFormat('en');
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
    textLine(tokensToday(today.tokensServed)),
    separator,
    pauseMenu(snapshot, isSetUp),
    {
      kind: 'checkbox',
      label: 'Pause while gaming',
      isChecked: requests.pauseWhileGaming,
      isEnabled: isSetUp,
      action: { type: 'pause while gaming', isOn: !requests.pauseWhileGaming },
    },
    resumeButton(snapshot, isSetUp),
    separator,
    button('Chat', { type: 'open', view: 'chat' }, isSetUp),
    button('Open MindMesh', { type: 'open', view: 'status' }, !isStopping),
    button('Settings', { type: 'open', view: 'settings' }, isSetUp),
    button('View logs', { type: 'view logs' }, true),
    separator,
    ...updateItems(snapshot, !isStopping),
    button('Quit MindMesh', { type: 'quit' }, !isStopping),
  ];
}

/** What goes on, and why. */
function whatHappens(snapshot: TraySnapshot): string {
  const { duty, node, sentence, requests } = snapshot;
  if (node.state === 'stopping') {
    return 'Quitting: freeing the memory';
  }
  if (!requests.hasConsented) {
    return 'Not set up yet: nothing runs until you agree';
  }
  if (node.state === 'faulted') {
    return `Fault: ${(node.fault ?? 'the mesh node has stopped').replace(/\.$/, '')}`;
  }
  if (trayState(snapshot) === 'chat-only') {
    return requests.hostsLayers
      ? 'Chat only: this machine does not work for the mesh'
      : 'Chat only: this machine hosts no layers of a model';
  }
  return duty.state === 'off' ? 'Starting: connecting to the mesh' : sentence;
}

function tokensToday(tokens: number): string {
  return tokens === 0
    ? 'Today: no tokens served yet'
    : `Today: ${count.format(tokens)} token${tokens === 1 ? '' : 's'} served`;
}

function pauseMenu(snapshot: TraySnapshot, isSetUp: boolean): TrayItem {
  return {
    kind: 'submenu',
    label: 'Pause',
    isEnabled: isSetUp && trayState(snapshot) !== 'chat-only',
    items: pauseChoices.map((choice) => ({
      kind: 'checkbox',
      label: pauseLabels[choice],
      isChecked: snapshot.requests.pause === choice,
      isEnabled: true,
      action: { type: 'pause', choice },
    })),
  };
}

/** Only what the owner paused can be resumed; a game or the heat has to end by itself. */
function resumeButton({ duty, requests }: TraySnapshot, isSetUp: boolean): TrayItem {
  const isToRetry = requests.pause === null && duty.state === 'faulted';
  return button(
    isToRetry ? 'Try again now' : 'Resume',
    { type: 'resume' },
    isSetUp && (requests.pause !== null || isToRetry),
  );
}

/** Nothing where there is nothing to install. */
function updateItems({ readyUpdate }: TraySnapshot, isEnabled: boolean): TrayItem[] {
  return readyUpdate === null
    ? []
    : [
        button(
          label(`Restart to install version ${readyUpdate}`),
          { type: 'install update' },
          isEnabled,
        ),
      ];
}

function button(label: string, action: TrayAction, isEnabled: boolean): TrayItem {
  return { kind: 'button', label, isEnabled, action };
}

function textLine(text: string): TrayItem {
  return { kind: 'text', label: label(text) };
}

/** Names of programs come from outside, and some have an ampersand. */
function label(text: string): string {
  return printable(text, longestLine).replaceAll('&', '&&');
}
