/** Why a command cannot do what was asked, in English: sentences that may name other commands. Pure. */

export const commandErrors = {
  severalModels: (name: string, names: string) =>
    `"${name}" means several models. Name one of: ${names}.`,
  noSuchModel: (name: string) =>
    `There is no model "${name}". "mindmesh models list" shows those that are there.`,
  notHosted: (name: string) =>
    `This machine has ${name} in its library, but does not host it. "mindmesh models host '${name}'" makes it answer.`,
  nothingToAsk: 'There is nothing to ask: give a message, or pipe one in.',
  noModelYet:
    'No model can answer yet: this machine hosts none completely, nor do the peers it knows. "mindmesh status" shows what there is.',
  pausedAfterFaults: (name: string) =>
    `${name} cannot answer: this machine is paused after failures to load. "mindmesh status" shows which; "mindmesh resume" tries again now.`,
  /** `duty`: what the machine does, without a full stop. */
  noModelWhile: (duty: string) => `No model can answer. ${duty}.`,
  /** `fault`: a sentence. */
  modelFaulted: (name: string, fault: string | null | undefined) =>
    `No model can answer: ${name} cannot be hosted here. ${fault ?? ''}`.trimEnd(),
  noNode: 'The running MindMesh has no working mesh node; "mindmesh status" shows why.',
  hostGone: 'The running MindMesh ended, or closed the connection.',
  notRunning: (folder: string) => `MindMesh is not running in ${folder}.`,
  notRunningToShow: (folder: string) =>
    `MindMesh is not running in ${folder}. "mindmesh serve" starts it.`,
  notRunningToInvite:
    'New members have to reach this machine. Start MindMesh with "mindmesh serve" first.',
  notRunningToRoute:
    'A route goes by the peers that are known. Start MindMesh with "mindmesh serve" first.',
  noReceipt: (path: string) => `There is no receipt in ${path}.`,
  noReceiptInStream: (path: string) =>
    `There is no receipt in ${path}. A streamed answer has it at its end: save all of the stream.`,
  lineOf: (line: number, path: string) => `Line ${line} of ${path}`,
  notJson: (path: string) => `${path} is no JSON.`,
  receiptTooLarge: 'it is too large for a receipt',
  notRead: (path: string, why: string) => `${path} cannot be read: ${why}.`,
};

export const settingErrors = {
  unknown: (name: string, names: readonly string[]) =>
    `There is no setting "${name}". There are: ${names.join(', ')}.`,
  notAList: (name: string, lists: readonly string[]) =>
    `The setting ${name} is no list of names. Lists are: ${lists.join(', ')}.`,
  alreadyIn: (item: string, name: string) => `"${item}" is already in ${name}.`,
  notIn: (item: string, name: string, list: string) =>
    `"${item}" is not in ${name}, which is ${list}.`,
};

/** What is wrong with a schedule that was typed: a sentence, and the clauses it is made of. */
export const scheduleErrors = {
  invalid: (what: string) =>
    `This schedule makes no sense: ${what}. An example is "mon-fri 18:00-08:00, sat,sun 00:00-24:00"; "always" has no limit.`,
  hoursWithoutDay: (word: string) => `"${word}" says hours, and no day stands before it`,
  noDay: 'It names no day',
  dayWithoutHours: (word: string) => `No hours stand after "${word}"`,
  neither: (word: string) =>
    `"${word}" is neither a day, such as "mon" or "mon-fri", nor hours, such as "18:00-08:00"`,
  noTime: (word: string) => `"${word}" names a time that no day has; hours go from 00:00 to 24:00`,
  empty: (word: string) => `"${word}" ends when it begins; a whole day is 00:00-24:00`,
};
