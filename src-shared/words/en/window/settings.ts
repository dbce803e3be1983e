/** The pages about settings in English. Each setting has its label and help in the settings words. */
import type { Weekday } from '../../../settings/schedule.ts';
import {
  appliesWords,
  listWords,
  settingGroupWords,
  settingWords,
  unitWords,
} from '../settings.ts';

const weekdays: Record<Weekday, string> = {
  monday: 'Monday',
  tuesday: 'Tuesday',
  wednesday: 'Wednesday',
  thursday: 'Thursday',
  friday: 'Friday',
  saturday: 'Saturday',
  sunday: 'Sunday',
};

export const enSettings = {
  title: 'Settings',
  lead: 'Changes are saved as you make them.',
  loading: 'Reading the settings…',
  unreadable: 'The settings could not be read.',
  groups: settingGroupWords,
  fields: settingWords,
  units: unitWords,
  lists: listWords,
  applies: appliesWords,
  saved: 'Saved',
  isDefault: 'Default',
  defaultIs: (value: string) => `Default: ${value}`,
  on: 'on',
  off: 'off',
  amount: (value: number, unit: string) => (unit === '' ? String(value) : `${value} ${unit}`),
  reset: 'Reset to defaults',
  undo: 'Undo',
  undoAria: (group: string) => `Undo the reset of “${group}”`,
  resetAria: (group: string) => `Reset “${group}” to defaults`,
  amountOf: (label: string) => `${label}: how much`,
  wholeNumber: (least: number, most: number) =>
    `Enter a whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}.`,
  notValid: 'This value makes no sense here.',

  add: 'Add',
  listAdd: (list: string) => `Add to “${list}”`,
  listRemove: (entry: string) => `Remove ${entry}`,
  listTwice: 'That one is in the list already.',
  listFull: (most: number) => `The list is full: ${most} at most.`,
  region: {
    placeholder: '–',
    untold: 'not told',
    notValid: 'A country has two letters, such as DE. Leave it empty to tell nothing.',
  },

  schedule: {
    always: 'At any time',
    hours: 'Only in these hours',
    weekdays,
    idleAllDay: 'Paused all day',
    from: (day: string, number: number) => `${day}, span ${number}: from`,
    to: (day: string, number: number) => `${day}, span ${number}: until`,
    until: 'until',
    nextDay: 'next day',
    wholeDay: 'whole day',
    add: (day: string) => `Add hours on ${day}`,
    remove: (day: string, number: number) => `Remove span ${number} of ${day}`,
    copy: (day: string) => `Use the hours of ${day} on every day`,
    notATime: 'Enter a time, and another one at which it ends.',
  },

  cards: {
    use: (name: string) => `Use ${name}`,
    ceiling: (name: string) => `A ceiling of its own for ${name}`,
    ceilingHelp: 'Without a temperature reading this card then pauses.',
  },

  privacy: {
    here: 'Settings, logs and the API key stay on this computer. Chats are not kept: they end with the window. MindMesh sends no statistics and no crash reports to anybody.',
    peers:
      'Every computer in the mesh is told the network addresses of this one, which layers it serves, and whether it works or is paused. Those who compute parts of your answers can read or reconstruct what you ask; the line under each answer says who took part.',
    network: 'How computers find this one, and whether it tells a country, is set on the page',
    api: 'Address for other programs on this computer',
    copyApi: 'Copy address',
  },

  app: {
    version: 'Version',
    logs: 'Show logs',
    logsFailed: 'The folder of the logs could not be shown.',
    updates: {
      off: 'Updates are not checked for.',
      none: 'This is the newest version.',
      checking: 'Looking for an update…',
      downloading: 'Downloading an update…',
      ready: 'An update is ready.',
      failed: 'The check for updates failed.',
    },
  },
};
export const enDesktop = {
  noTray: 'Closing this window ends MindMesh',
  noTraySentence:
    'Your desktop does not show tray icons. Minimise the window to keep MindMesh working.',
  updateReady: (version: string) =>
    version === '' ? 'An update of MindMesh is ready' : `MindMesh ${version} is ready`,
  updateSentence: 'It is installed when you restart MindMesh here, and not before.',
  updateFailed: 'The update could not be installed. Try again, or restart MindMesh first.',
  restartToUpdate: 'Restart to update',
  addModel: 'Add a model file…',
  addModelFailed: 'The file could not be added.',
};
