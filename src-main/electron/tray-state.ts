/** Which of the tray's icons shows, and which of its pictures fits this desktop. Pure. */
import type { Duty } from '../../src-shared/duty.ts';
import { missingCase } from '../../src-shared/errors.ts';
import type { TraySnapshot } from './tray-snapshot.ts';

/** The icons' names, which are also those of their sources in assets/tray. */
export const trayStates = ['serving', 'paused', 'chat-only', 'fault'] as const;
export type TrayState = (typeof trayStates)[number];

/** "serving" is for an owner who may find the machine slow: it shows as long as the machine computes for others. */
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

/** The place where the picture is shown. */
export type TrayPlace = {
  readonly platform: NodeJS.Platform;
  readonly isDark: boolean;
  /** Pixels for each unit of length on the display that has the tray. */
  readonly scaleFactor: number;
};

/**
 * From Electron's `nativeTheme`; the second value is that of Windows' task bar, which newer versions of Electron
 * know.
 */
type Theme = {
  readonly shouldUseDarkColors: boolean;
  readonly shouldUseDarkColorsForSystemIntegratedUI?: boolean;
};

/** GNOME's panel is dark, whatever colour its windows have. */
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

/** Edges of the pictures for Windows and Linux in pixels: Windows' small icon at 100, 125, 150, 200 and 300 %. */
export const trayPictureEdges = [16, 20, 24, 32, 48] as const;

/** Linux's panels scale every picture to their own height, 22 pixels and more. */
const linuxEdge = 24;
const windowsEdge = 16;

/**
 * Name of the picture in assets/tray/rendered. On macOS, the end of the name marks a picture that the system may
 * colour, and the system finds the one for finer displays itself; on Windows, Electron shows the pixels of just one
 * file.
 */
export function trayPicture(state: TrayState, place: TrayPlace): string {
  if (place.platform === 'darwin') {
    return `${state}Template.png`;
  }
  const wanted = (place.platform === 'win32' ? windowsEdge : linuxEdge) * place.scaleFactor;
  const edge = trayPictureEdges.find((edge) => edge >= wanted) ?? trayPictureEdges.at(-1);
  return `${state}-on-${place.isDark ? 'dark' : 'light'}-${edge}.png`;
}
