/** The one window: shows the app's own pages and goes nowhere else. */
import { join } from 'node:path';
import { BrowserWindow, Menu, nativeTheme, shell, type WebContents } from 'electron';
import { appOrigin, isAppPage, isWebLink } from './window-security.ts';

export type WindowOptions = {
  /** Read only in development. */
  readonly hasDevTools: boolean;
  readonly isMinimized: boolean;
  /** Picture for the task bar, where the system takes none from the program itself. */
  readonly icon: string | undefined;
};

/** Behind the page until it is drawn; its own colours, see src-renderer/styles.css. */
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

/** For every page there is or will be: no navigation, no windows, no embedded pages. */
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

/** What a right click offers where there is text. */
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
