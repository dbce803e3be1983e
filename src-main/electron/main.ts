/**
 * Entry of the desktop app. It first sets what has to be set before Electron is ready. Then one instance per data
 * folder runs the app, and every further start hands over to it what it was asked for.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, dialog, Menu } from 'electron';
import { z } from 'zod';
import { deepLinkSchema } from '../../src-shared/desktop-api.ts';
import { describeCauses, toAppError } from '../../src-shared/errors.ts';
import { dataFolderAt, prepareDataFolder } from '../data/data-folder.ts';
import { note } from '../cli/terminal.ts';
import { registerAppScheme } from './app-protocol.ts';
import { parseCommandLine } from './command-line.ts';
import { parseDeepLink } from './deep-link.ts';
import type { Desktop, OpenRequest } from './desktop.ts';
import { socketFolder } from './socket-folder.ts';
import { startDesktop } from './start-desktop.ts';
import { keepAtHome } from './window.ts';
import { dialogWords } from '../../src-shared/words/words.ts';

/** What a second start hands over to the first. */
const handOverSchema = z.object({
  isHidden: z.boolean(),
  link: deepLinkSchema.nullable(),
  modelFile: z.string().max(4096).nullable(),
});

const command = parseCommandLine(process.argv.slice(1));

app.setName('MindMesh');
app.setAppUserModelId('net.mindmesh.app');
if (!app.commandLine.hasSwitch('no-sandbox')) {
  // As root, as in containers, Chromium runs only without its sandbox; the window's own sandbox setting holds in any
  // case.
  app.enableSandbox();
}
// The window is light work for a processor, and the cards' memory is left to models and games.
app.disableHardwareAcceleration();
registerAppScheme();
app.on('web-contents-created', (_event, contents) => keepAtHome(contents));

try {
  const dataFolder = dataFolderAt(command.dataFolder);
  await prepareDataFolder(dataFolder);
  if (process.platform !== 'win32') {
    process.env['TMPDIR'] = socketFolder(tmpdir());
  }
  // One instance per such folder. Chromium's files in it never roam with the owner's profile.
  app.setPath('userData', join(dataFolder.folder, 'desktop'));
  const handOver: z.infer<typeof handOverSchema> = {
    isHidden: command.isHidden,
    link: command.link ?? null,
    modelFile: command.modelFile ?? null,
  };
  if (app.requestSingleInstanceLock(handOver)) {
    // Not awaited here: Electron becomes ready when this module has run.
    void run();
  } else {
    app.exit(0);
  }
} catch (error) {
  giveChromiumAFolder();
  void app.whenReady().then(() => giveUp(error));
}

/** Without a writable folder, Chromium crashes before it can show a message. */
function giveChromiumAFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'mindmesh-'));
  app.setPath('userData', folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

async function run(): Promise<void> {
  let desktop: Desktop | undefined;
  // What is asked for before there is a window is shown once there is one.
  const { link, modelFile } = command;
  let asked: OpenRequest | undefined =
    link === undefined && modelFile === undefined ? undefined : { link, modelFile };
  const open = (request: OpenRequest): void => {
    asked = request;
    desktop?.open(request);
  };
  app.on('second-instance', (_event, _args, _folder, handedOver) => {
    const request = handOverSchema.safeParse(handedOver).data;
    if (request !== undefined && !request.isHidden) {
      open({ link: request.link ?? undefined, modelFile: request.modelFile ?? undefined });
    }
  });
  app.on('open-url', (event, url) => {
    event.preventDefault();
    open({ link: parseDeepLink(url) });
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    open({ modelFile: path });
  });
  app.on('activate', () => desktop?.open());
  try {
    await app.whenReady();
    setApplicationMenu();
    desktop = await startDesktop(command, () => asked);
  } catch (error) {
    giveUp(error);
  }
}

/** On macOS the menu brings the shortcuts for editing; elsewhere they work without it. */
function setApplicationMenu(): void {
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
}

function giveUp(thrown: unknown): void {
  const error = toAppError(thrown);
  note(error.message);
  if (error.cause !== undefined) {
    note(describeCauses(error.cause));
  }
  dialog.showErrorBox(dialogWords.cannotStart, error.message);
  app.exit(1);
}
