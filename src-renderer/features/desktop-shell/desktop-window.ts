/** Whether this page is the window of the desktop app, whose preload script defines `window.mindmesh`. */
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
