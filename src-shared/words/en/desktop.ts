/** The words of the desktop app outside of its window, in English: tray, dialogs and notices. */

/**
 * The formatter is made when it is first needed: its data takes 4 MB in each process that uses it, and the node never
 * does.
 */
const formatCount = (count: number): string => new Intl.NumberFormat('en').format(count);

export const trayWords = {
  quitting: 'Quitting: freeing the memory',
  notSetUp: 'Not set up yet: nothing runs until you agree',
  /** `fault`: a sentence; null where none is known. */
  fault: (fault: string | null) =>
    `Fault: ${(fault ?? 'MindMesh has stopped working').replace(/\.$/, '')}`,
  notWorking: 'Chat only: this computer does not work for the mesh',
  hostsNothing: 'Chat only: this computer hosts no layers of a model',
  starting: 'Starting: connecting to the mesh',
  tokensToday: (tokens: number) =>
    tokens === 0
      ? 'Today: no tokens served yet'
      : `Today: ${formatCount(tokens)} token${tokens === 1 ? '' : 's'} served`,
  pause: 'Pause',
  pauseWhileGaming: 'Pause while gaming',
  resume: 'Resume',
  tryAgainNow: 'Try again now',
  chat: 'Chat',
  open: 'Open MindMesh',
  settings: 'Settings',
  viewLogs: 'View logs',
  quit: 'Quit MindMesh',
  installUpdate: (version: string) => `Restart to install version ${version}`,
};

export const dialogWords = {
  chooseModel: 'Choose a model file',
  modelFiles: 'GGUF models',
  addModel: 'Add this model?',
  addModelDetails: [
    'MindMesh reads the whole file and lists it under Models. The file stays where it is. Nobody else sees the model or gets it unless you host it or offer it in a pool.',
    'Add files only from sources that you trust.',
  ],
  add: 'Add',
  doNotAdd: 'Do not add',
  logsNotShown: (folder: string, fault: string) =>
    `The logs are in ${folder}, which cannot be shown: ${fault}`,
  cannotStart: 'MindMesh cannot start',
  stillRunning: 'MindMesh is still running',
  inTheTray: 'It is in the tray. Choose “Quit MindMesh” there to end it.',
};

/** `reason`: what the system or the server said. */
export const updateFailedWords = (reason: string): string =>
  `The check for updates failed; MindMesh tries again later. (${reason})`;

/** A reason for the sentence above. */
export const notUpdatableWords = 'this copy cannot be updated';

/** What desktops and systems show of MindMesh in lists of their own. */
export const systemListWords = {
  autostart: 'Works for the mesh while this computer is free',
  keepsAwake: 'Answering questions of other computers',
};
