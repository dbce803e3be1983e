/** The window of the app: it shows the app's own pages and opens no others. */
import { join } from 'node:path';
import { BrowserWindow, Menu, nativeTheme, shell, type WebContents } from 'electron';
import { appOrigin, isAppPage, isWebLink } from './window-security.ts';

export type WindowOptions = {
  /** Read only in development. */
  readonly hasDevTools: boolean;
  readonly isMinimized: boolean;
  /** Picture for the task bar, where the system does not take it from the program. */
  readonly icon: string | undefined;
};

/** The colour before the page is drawn; the same as in src-renderer/styles.css. */
const backgrounds = { light: '#f3f5f2', dark: '#0c1211' } as const;

export function createWindow({ hasDevTools, icon, isMinimized }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    title: 'MindMesh',
    width: 1100,
    height: 760,
    minWidth: 420,
    minHeight: 480,
    show: false,
    backgroundColor: backgrounds[nativeTheme.shouldUseDarkColors ? 'dark' : 'light'],
    ...(icon === undefined ? {} : { icon }),
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: hasDevTools,
    },
  });
  keepAtHome(window.webContents);
  offerEditing(window.webContents);
  window.once('ready-to-show', () => (isMinimized ? window.minimize() : window.show()));
  return window;
}

/** @throws Error of Electron when the page cannot be loaded */
export async function loadWindow(window: BrowserWindow): Promise<void> {
  await window.loadURL(`${appOrigin}/index.html`);
}

/** Holds for every page of the app: no navigation, no further windows, no embedded pages. */
export function keepAtHome(contents: WebContents): void {
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isWebLink(url)) {
      void shell.openExternal(url);
    }
    return { action: 'deny' };
  });
}

function stay(event: { readonly url: string; preventDefault(): void }): void {
  if (!isAppPage(event.url)) {
    event.preventDefault();
  }
}

/** Shows a menu for editing at a right click on text. */
function offerEditing(contents: WebContents): void {
  contents.on('context-menu', (_event, { editFlags, isEditable, selectionText }) => {
    if (isEditable || selectionText !== '') {
      Menu.buildFromTemplate([
        ...(isEditable
          ? ([
              { role: 'cut', enabled: editFlags.canCut },
              { role: 'paste', enabled: editFlags.canPaste },
            ] as const)
          : []),
        { role: 'copy', enabled: editFlags.canCopy },
        { role: 'selectAll' },
      ]).popup();
    }
  });
}
