/** What the app asks the system to show beside its own window: a file to choose, a folder, a notice, a fault. */
import { join } from 'node:path';
import {
  type BrowserWindow,
  dialog,
  type MessageBoxOptions,
  Notification,
  type OpenDialogOptions,
  shell,
} from 'electron';
import { AppError } from '../../src-shared/errors.ts';
import { printableLine } from '../cli/printable-text.ts';
import type { Host } from '../host/host.ts';

/** @param window to stand in front of */
export async function chooseModelFile(window: BrowserWindow | undefined): Promise<string | null> {
  const options: OpenDialogOptions = {
    title: 'Choose a model file',
    properties: ['openFile'],
    filters: [{ name: 'GGUF models', extensions: ['gguf'] }],
  };
  const { filePaths } =
    window === undefined
      ? await dialog.showOpenDialog(options)
      : await dialog.showOpenDialog(window, options);
  return filePaths[0] ?? null;
}

/**
 * Asks whether a file that was opened with the app is to be added, which another program or a page may have begun.
 * @param window to stand in front of
 */
export async function mayImport(window: BrowserWindow | undefined, path: string): Promise<boolean> {
  const options: MessageBoxOptions = {
    type: 'question',
    title: 'MindMesh',
    message: 'Add this model?',
    detail: [
      // A name may hold what turns the direction of text, or the end of a line.
      printableLine(path),
      'MindMesh reads the whole file and lists it under Models. The file stays where it is. Nobody else sees the model or gets it unless you host it or offer it in a pool.',
      'Add files only from sources that you trust.',
    ].join('\n\n'),
    buttons: ['Add', 'Do not add'],
    defaultId: 1,
    cancelId: 1,
  };
  const { response } =
    window === undefined
      ? await dialog.showMessageBox(options)
      : await dialog.showMessageBox(window, options);
  return response === 0;
}

/** @throws AppError `internal` when nothing on this system shows folders */
export async function openLogs(host: Host): Promise<void> {
  const folder = join(host.snapshot().dataFolder, 'logs');
  const fault = await shell.openPath(folder);
  if (fault !== '') {
    throw new AppError('internal', `The logs are in ${folder}, which cannot be shown: ${fault}`);
  }
}

/** Once, for good: closing the window does not end the app. */
export function tellWhereItWent(host: Host, open: () => void): void {
  if (host.isFirstTime('closed to the tray') && Notification.isSupported()) {
    const notice = new Notification({
      title: 'MindMesh is still running',
      body: 'You find it in the tray. Choose Quit MindMesh there to end it.',
    });
    notice.on('click', open);
    notice.show();
  }
}
