/** Which of the tray's icons shows, and which of its pictures fits this desktop. Pure. */
import type { Duty } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import type { TraySnapshot } from './tray-snapshot.ts';

/** Also the names of the sources in assets/tray. */
export const trayStates = ['serving', 'paused', 'chat-only', 'fault'] as const;
export type TrayState = (typeof trayStates)[number];

/** "serving" is for an owner who may find the machine slow: it is said as long as it computes for others. */
export function trayState({ duty, node, requests }: TraySnapshot): TrayState {
  if (!requests.hasConsented) {
    return 'paused';
  }
  if (node.state === 'faulted' || duty.state === 'faulted') {
    return 'fault';
  }
  if (node.state === 'running' && (duty.state === 'off' || !requests.hostsLayers)) {
    return 'chat-only';
  }
  return isWorking(duty) ? 'serving' : 'paused';
}

function isWorking(duty: Duty): boolean {
  switch (duty.state) {
    case 'starting':
    case 'serving':
      return true;
    case 'draining':
      return duty.deadline.kind === 'when answered' && !duty.isEnding;
    case 'off':
    case 'paused':
    case 'faulted':
      return false;
    default:
      return missingCase(duty);
  }
}

/** What the picture is shown on. */
export type TrayPlace = {
  readonly platform: NodeJS.Platform;
  readonly isDark: boolean;
  /** Pixels to one of the desktop's units, of the display that has the tray. */
  readonly scaleFactor: number;
};

/** What Electron's `nativeTheme` says; the second is that of Windows' task bar, which newer versions of it tell. */
type Theme = {
  readonly shouldUseDarkColors: boolean;
  readonly shouldUseDarkColorsForSystemIntegratedUI?: boolean;
};

/** GNOME's panel is dark, whatever its windows are. */
export function isPanelDark(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  theme: Theme,
): boolean {
  const isGnome = environment['XDG_CURRENT_DESKTOP']?.toUpperCase().includes('GNOME') === true;
  return (
    (platform === 'linux' && isGnome) ||
    (theme.shouldUseDarkColorsForSystemIntegratedUI ?? theme.shouldUseDarkColors)
  );
}

/** Edges in pixels of the pictures for Windows and Linux: Windows' small icon at 100, 125, 150, 200 and 300 %. */
export const trayPictureEdges = [16, 20, 24, 32, 48] as const;

/** Linux's panels scale whatever they get to their own height, 22 pixels and more. */
const linuxEdge = 24;
const windowsEdge = 16;

/**
 * Name of the picture in assets/tray/rendered. macOS knows a picture that it may colour by the end of its name, and
 * finds the one for finer displays itself; on Windows Electron shows the pixels of just one file.
 */
export function trayPicture(state: TrayState, place: TrayPlace): string {
  if (place.platform === 'darwin') {
    return `${state}Template.png`;
  }
  const wanted = (place.platform === 'win32' ? windowsEdge : linuxEdge) * place.scaleFactor;
  const edge = trayPictureEdges.find((edge) => edge >= wanted) ?? trayPictureEdges.at(-1);
  return `${state}-on-${place.isDark ? 'dark' : 'light'}-${edge}.png`;
}
