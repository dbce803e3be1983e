/** What the app shows outside of its window: a dialog for a file, a folder, a notice, a fault. */
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
import { dialogWords } from '../../src-shared/words/words.ts';
import { printableLine } from '../cli/printable-text.ts';
import type { Host } from '../host/host.ts';

/** @param window that the dialog stands in front of */
export async function chooseModelFile(window: BrowserWindow | undefined): Promise<string | null> {
  const options: OpenDialogOptions = {
    title: dialogWords.chooseModel,
    properties: ['openFile'],
    filters: [{ name: dialogWords.modelFiles, extensions: ['gguf'] }],
  };
  const { filePaths } =
    window === undefined
      ? await dialog.showOpenDialog(options)
      : await dialog.showOpenDialog(window, options);
  return filePaths[0] ?? null;
}

/**
 * Asks whether a file that was opened with the app is to be added, since another program or a web page may have
 * opened it.
 *
 * @param window that the question stands in front of
 */
export async function mayImport(window: BrowserWindow | undefined, path: string): Promise<boolean> {
  const options: MessageBoxOptions = {
    type: 'question',
    title: 'MindMesh',
    message: dialogWords.addModel,
    detail: [
      // A file name may hold line ends, and characters that turn the direction of text.
      printableLine(path),
      ...dialogWords.addModelDetails,
    ].join('\n\n'),
    buttons: [dialogWords.add, dialogWords.doNotAdd],
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
    throw new AppError('internal', dialogWords.logsNotShown(folder, fault));
  }
}

/** Shows once, for good, that closing the window does not end the app. */
export function tellWhereItWent(host: Host, open: () => void): void {
  if (host.isFirstTime('closed to the tray') && Notification.isSupported()) {
    const notice = new Notification({
      title: dialogWords.stillRunning,
      body: dialogWords.inTheTray,
    });
    notice.on('click', open);
    notice.show();
  }
}
