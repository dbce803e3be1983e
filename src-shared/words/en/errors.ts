/** Sentences of errors in English, and clauses that such sentences are made of. Imports nothing. Pure. */

export const unexpectedWords = (why: string): string => `Something unexpected went wrong: ${why}`;

/** Why a file or folder cannot be used, by the code that Node.js gives: clauses without a full stop. */
const fileProblems: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'a part of that path is a file'],
  ['EISDIR', 'it is a folder'],
  ['EEXIST', 'that name is taken'],
  ['ENOTEMPTY', 'the folder is not empty'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ELOOP', 'its links lead in a circle'],
  ['EACCES', 'you may not open it'],
  ['EPERM', 'you may not open it'],
  ['EROFS', 'its file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk is full'],
  ['EFBIG', 'it is too large for this disk'],
  ['EIO', 'the disk reports a fault'],
  ['ENXIO', 'its disk is gone'],
  ['ENODEV', 'its disk is gone'],
  ['ESTALE', 'its network drive is gone'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
  ['ENOMEM', 'the memory is full'],
  ['EBUSY', 'another program uses it'],
  ['ETXTBSY', 'another program uses it'],
]);

export const fileProblemWords = (code: string): string =>
  fileProblems.get(code) ?? `the system reports ${code}`;

/** Why SQLite cannot use a file, by the beginning of its code: clauses without a full stop. */
const databaseProblems: readonly (readonly [code: string, clause: string])[] = [
  ['SQLITE_FULL', 'the disk is full'],
  ['SQLITE_READONLY', 'nothing can be written there'],
  ['SQLITE_PERM', 'you may not open it'],
  ['SQLITE_AUTH', 'you may not open it'],
  ['SQLITE_CANTOPEN', 'it cannot be opened'],
  ['SQLITE_BUSY', 'another program holds it'],
  ['SQLITE_LOCKED', 'another program holds it'],
  ['SQLITE_IOERR', 'the disk reports a fault'],
  ['SQLITE_NOMEM', 'the memory is full'],
  ['SQLITE_NOTADB', 'it is no database'],
  ['SQLITE_CORRUPT', 'its content is damaged'],
];

export function databaseProblemWords(code: string): string {
  const known = databaseProblems.find(([beginning]) => code.startsWith(beginning));
  return known?.[1] ?? `SQLite reports ${code}`;
}

/** Child processes as sentences call them, at their beginning. */
export const childNames = {
  node: 'The mesh node',
  bootstrap: 'The bootstrap node',
  demonstration: (name: string) => `The node "${name}" of the demonstration`,
};

/** `name`: one of the child names. `how`: one of the ends below. */
export const childWords = {
  endedEarly: (name: string, how: string) => `${name} ended before it was ready (${how}).`,
  notReady: (name: string, seconds: number) =>
    `${name} was not ready after ${seconds} seconds and was ended.`,
  stoppedEarly: (name: string) => `${name} was stopped while it was starting.`,
  crashed: (name: string, how: string) => `${name} ended unexpectedly (${how}).`,
  ended: (name: string, how: string) => `${name} ended (${how}).`,
  saidNothing: (name: string) => `${name} said nothing.`,
};

/** How a child process ended: clauses that fit into parentheses. */
export const exitWords = {
  /** `program`: its path; empty where it is not known. */
  notStarted: (program: string, why: string) =>
    `it could not be started: ${program === '' ? '' : `${program}: `}${why}`,
  code: (code: number | null) => `exit code ${code}`,
  killed: (signal: string) => `killed by ${signal}`,
  silent: (seconds: number) => `it gave no sign of life for ${seconds} seconds`,
  withLastLine: (how: string, line: string) => `${how}; it last said: ${line}`,
};

/** What a tool of the system did wrong. Clauses without a full stop. */
export const toolWords = {
  notInstalled: (tool: string) => `${tool} is not installed`,
  printedTooMuch: (tool: string) => `${tool} printed far more than it should`,
  failed: (tool: string, code: number, line: string | undefined) =>
    `${tool} failed with code ${code}${line === undefined ? '' : `: ${line}`}`,
  notRun: (tool: string, why: string) => `${tool} could not be run: ${why}`,
};

/** The servers of links as sentences call them. */
export const serverNames = {
  node: 'the mesh node',
  bootstrap: 'the bootstrap node',
  /** The host, to its command line and to its window. */
  runningHost: 'the running MindMesh',
  host: 'MindMesh',
};

export const linkWords = {
  /** `problem`: a clause about a parameter. */
  invalidRequest: (problem: string) => `This request makes no sense: ${problem}.`,
  invalidResponse: (server: string) =>
    `What ${server} answered is not valid; it may be of another version.`,
  late: (server: string, seconds: number) =>
    `No answer came from ${server} within ${seconds} seconds; this computer may be overloaded.`,
  noSuchMethod: (method: string) => `There is no method called "${method}".`,
  cancelled: 'The answer was stopped.',
  tooMany: (most: number) =>
    `This window already waits for ${most} answers; try again when some have come.`,
  beforeStart: 'This cannot be answered before MindMesh has started.',
};

/** Entries that were left out of a response. */
export const leftOutWords = {
  /** `list`: what the list has, in plural. `entry`: its name in quotation marks, or its place. */
  entry: (list: string, entry: string, why: string) =>
    `One of the ${list} cannot be read and is left out: ${entry} (${why}).`,
  place: (number: number) => `number ${number}`,
  more: (number: number) => `${number} more entries of lists are left out as well.`,
};

export const hostErrors = {
  waitsForConsent: 'MindMesh waits for your agreement in its window.',
  stopping: 'MindMesh is being stopped.',
  noWindow: 'This MindMesh shows no window in a browser.',
  /** `fault`: a sentence. */
  triedAgain: (fault: string) => `${fault} MindMesh tries again automatically.`,
  nodeEnded:
    'The mesh node ended before it had answered. It restarts automatically; try again in a moment.',
  nodeStopped: 'The mesh node is stopped.',
  nodeStarting: 'The mesh node is still starting; try again in a moment.',
  windowPortTaken: (port: number) => `Port ${port}, for the window, is taken by another program.`,
  windowPortForbidden: (port: number) =>
    `You may not listen on port ${port}, only on ports above 1023.`,
};

export const dataFolderErrors = {
  tooLong: (folder: string, excessBytes: number) =>
    `The data folder cannot be used: its path is ${excessBytes} bytes too long. It was ${folder}.`,
  unusable: (folder: string, why: string) => `The data folder ${folder} cannot be used: ${why}.`,
  notWritable: 'you may not write there; change its permissions',
  readOnly: 'that file system is read-only; mount it writable',
  full: 'the disk is full; free some space',
  partIsFile: 'a part of that path is a file; move that file away',
  other: (problem: string) => problem,
  lockFull: (folder: string) =>
    `The data folder ${folder} cannot be used: the disk is full. Free some space.`,
  notLocked: (folder: string, why: string) =>
    `The data folder ${folder} cannot be locked (${why}). Check its permissions.`,
  inUse: (folder: string, pid: number | undefined) =>
    `The data folder ${folder} is in use by another MindMesh${pid === undefined ? '' : `, process ${pid}`}.`,
  foreign: (folder: string) =>
    `The data folder ${folder} belongs to another user of this computer, or is closed to you. It cannot be read, so it is not known whether MindMesh runs there. Try again as that user.`,
  badApiKey: (path: string) =>
    `The file ${path} holds no usable API key (20 to 200 letters, digits, "-" and "_"). Delete it to get a new one.`,
  logNotWritten: (folder: string, why: string) => `The log in ${folder} cannot be written: ${why}.`,
};

export const modelFileWords = {
  missing: (path: string, model: string) =>
    `The file ${path} of ${model} is missing, so ${model} cannot be loaded again. Put the file back, or import it from where it is now.`,
};

export const databaseErrors = {
  tooNew: (path: string, version: number, newest: number) =>
    `The database ${path} was written by a newer MindMesh (its version is ${version}, this one knows ${newest}). Install the newer MindMesh again.`,
  notOpened: (path: string, why: string) =>
    `The database ${path} cannot be opened (${why}). Check that the disk is not full and that you may write there.`,
  damaged: (path: string, why: string) =>
    `The database ${path} is damaged (${why}). Nothing was changed. Put a backup in its place, or move it away to start with default settings and an empty history.`,
  empty: 'it is empty',
  failedCheck: 'parts of it contradict each other',
  yourAnswer: 'Your answer',
  settings: (names: readonly string[]) =>
    `The ${names.length === 1 ? 'setting' : 'settings'} ${names.join(', ')}`,
  /** `what`: one of the two above. `why`: a sentence or two from those below. */
  notSaved: (what: string, why: string) => `${what} could not be kept: ${why}`,
  full: (folder: string) => `the disk of ${folder} is full. Free some space, then try again.`,
  busy: (folder: string) =>
    `another program holds the database in ${folder}. Try again when that is done.`,
  readOnly: (folder: string) =>
    `nothing can be written in ${folder}. Check its permissions, then try again.`,
  notWritten: (folder: string, why: string) =>
    `the database in ${folder} could not be written (${why}). Check that disk, then try again.`,
};

export const notAReceiptWords = 'This is no receipt of an answer.';
