/** The settings in English: what each is called, what it does, and what its values are called. */
import type { Weekday } from '../../src-shared/preferences.ts';

/** How a setting that can be switched off altogether, or has a number, is spoken of. */
const fields = {
  idleMinutes: {
    label: 'Work only after the computer was left alone',
    help: 'No keyboard, mouse, touch or game pad for this long. 0 works at any time.',
    unit: 'minutes',
  },
  pauseWhileGaming: {
    label: 'Pause while gaming',
    help: 'Games of known launchers, and windows that fill the screen.',
  },
  pauseOnGpuLoadPercent: {
    label: 'Pause when other programs use a graphics card',
    help: 'From this share of its time on.',
    unit: '%',
  },
  pauseOnCpuLoadPercent: {
    label: 'Pause when other programs use the processor',
    help: 'From this share of all its cores on.',
    unit: '%',
  },
  onBattery: {
    label: 'Pause on battery',
    help: 'With the lid closed it pauses on battery in any case.',
  },
  onMeteredNetwork: {
    label: 'Pause on a metered network',
    help: 'Where the system tells that the connection is paid for by volume.',
  },
  steadyQuietSeconds: {
    label: 'Wait before working again',
    help: 'How long the cause of a pause must have been gone.',
    unit: 'seconds',
  },
  temperatureCeilingCelsius: {
    label: 'Highest temperature of a graphics card',
    help: 'It rests from here on, and works less from 5 degrees below.',
    unit: '°C',
  },
  cpuTemperatureCeilingCelsius: {
    label: 'Highest temperature of the processor',
    help: 'The same, where the processor tells its temperature.',
    unit: '°C',
  },
  powerCapPercent: {
    label: 'Power cap',
    help: 'Share of time worked. Half the time takes about half the power.',
    unit: '%',
  },
  cpuLimitWhenActivePercent: {
    label: 'Processor while you use the computer',
    help: 'Share of the cores, when it works while you are active too.',
    unit: '%',
  },
  videoMemoryPercent: {
    label: 'Video memory',
    help: 'Share of what other programs leave free.',
    unit: '%',
  },
  keepAwake: {
    label: 'Keep the computer awake while it works',
    help: 'Otherwise it goes to sleep as usual, and the work ends.',
  },
  downloadLimitKilobytesPerSecond: {
    label: 'Limit downloads',
    help: 'In units of 1,000 bytes a second.',
    unit: 'KB/s',
  },
  uploadLimitKilobytesPerSecond: {
    label: 'Limit uploads',
    help: 'In units of 1,000 bytes a second.',
    unit: 'KB/s',
  },
  diskLimitGigabytes: {
    label: 'Limit disk space for downloaded models',
    help: 'Models that you import yourself stay where they are.',
    unit: 'GB',
  },
  mdns: {
    label: 'Find computers on this network by themselves',
    help: 'Tells everybody on the local network that this computer runs MindMesh.',
  },
  apiPort: {
    label: 'Port for other programs',
    help: 'Programs on this computer use it. 0 takes any free port.',
    unit: '',
  },
  startAtLogin: {
    label: 'Start with the computer',
    help: 'As an icon in the tray.',
  },
  checkForUpdates: {
    label: 'Look for updates',
    help: 'An update is installed only when you say so.',
  },
} as const;

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
  lead: 'Changes are kept as you make them.',
  loading: 'Reading the settings…',
  unreadable: 'The settings could not be read.',
  groups: {
    when: 'When to work',
    much: 'How much',
    network: 'Network and disk',
    privacy: 'Privacy',
    app: 'This app',
  },
  fields,
  saved: 'Kept',
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

  apps: {
    label: 'Exclusive programs',
    help: 'While one of these runs, MindMesh pauses. A program’s name, or the folder that it lies in.',
    placeholder: 'blender.exe',
    add: 'Add',
    inputLabel: 'Program to add',
    remove: (name: string) => `Remove ${name}`,
    none: 'None yet.',
    twice: 'That one is in the list already.',
    tooLong: 'A name has 260 characters at most.',
    tooMany: 'The list is full: 256 programs at most.',
  },

  schedule: {
    label: 'Hours',
    help: 'The clock of this computer counts. Other reasons to pause go on.',
    always: 'At any time',
    hours: 'Only in these hours',
    weekdays,
    rests: 'Rests all day',
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
    title: 'Single cards',
    use: (name: string) => `Use ${name}`,
    ceiling: (name: string) => `A ceiling of its own for ${name}`,
    ceilingHelp: 'Without a temperature reading this card then rests.',
  },

  privacy: {
    here: 'Settings, logs and the API key stay on this computer. Chats are not kept: they end with the window. MindMesh sends no statistics and no crash reports to anybody.',
    peers:
      'Computers that you are connected to see your network address and which layers you serve. Whoever computes parts of your answers can read or reconstruct what you ask; the line under each answer says who took part.',
    api: 'Address for other programs on this computer',
    copyApi: 'Copy address',
  },

  app: {
    version: 'Version',
    logs: 'Show logs',
    logsFailed: 'The folder of the logs could not be shown.',
    updates: {
      off: 'Updates are not looked for.',
      none: 'This is the newest version.',
      checking: 'Looking for an update…',
      downloading: 'Downloading an update…',
      ready: 'An update is ready.',
      failed: 'Looking for updates did not work.',
    },
  },
};
export const enDesktop = {
  updateReady: (version: string) =>
    version === '' ? 'An update of MindMesh is ready' : `MindMesh ${version} is ready`,
  updateSentence: 'It is installed when you restart MindMesh here, and not before.',
  updateFailed: 'The update could not be installed. Try again, or restart MindMesh first.',
  restartToUpdate: 'Restart to update',
  invite: 'Somebody sent you an invite to a pool',
  inviteSentence: 'This version of MindMesh cannot join pools yet, so nothing was changed.',
  addModel: 'Add a model file…',
  addModelFailed: 'The file could not be added.',
};
