/** Whether this page is the window of the desktop app: its preload script puts `mindmesh` beside the page. */
import type { DesktopApi } from '../../../src-shared/desktop-api.ts';

declare global {
  interface Window {
    readonly mindmesh?: DesktopApi;
  }
}

/** null in a browser. */
export function desktopApi(): DesktopApi | null {
  return window.mindmesh ?? null;
}
