/**
 * What the window's page gets of Electron: the few functions of src-shared/desktop-api.ts, each for one purpose. A
 * sandboxed preload script is CommonJS and can import nothing but Electron itself, so this is all in one file.
 */
import type * as Electron from 'electron/renderer';
import type { DesktopApi, DesktopChannels, ShellState } from '../../src-shared/desktop-api.ts';

const { contextBridge, ipcRenderer } = require('electron') as typeof Electron;

const channels: DesktopChannels = {
  text: 'mindmesh:text',
  open: 'mindmesh:open',
  chooseModelFile: 'mindmesh:choose-model-file',
  openLogs: 'mindmesh:open-logs',
  installUpdate: 'mindmesh:install-update',
  shell: 'mindmesh:shell',
};

/** The page gets what was sent, and never Electron's event, which would lead it to all of `ipcRenderer`. */
function listen(channel: string, listener: (payload: unknown) => void): void {
  ipcRenderer.removeAllListeners(channel);
  ipcRenderer.on(channel, (_event, payload: unknown) => listener(payload));
}

const desktop: DesktopApi = {
  platform: process.platform as DesktopApi['platform'],
  send(text) {
    ipcRenderer.send(channels.text, text);
  },
  onText(listener) {
    listen(channels.text, (text) => listener(text as string));
    ipcRenderer.send(channels.open);
  },
  onShell(listener) {
    listen(channels.shell, (state) => listener(state as ShellState));
    ipcRenderer.send(channels.shell);
  },
  chooseModelFile: () => ipcRenderer.invoke(channels.chooseModelFile),
  openLogs: () => ipcRenderer.invoke(channels.openLogs),
  installUpdate: () => ipcRenderer.invoke(channels.installUpdate),
};

contextBridge.exposeInMainWorld('mindmesh', desktop);
