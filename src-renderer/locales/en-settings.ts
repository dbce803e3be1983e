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
    help: 'It pauses from here on, and works less from 5 degrees below.',
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
    help: 'Models that you added yourself do not count. What is not hosted goes first, the longest unused at the front.',
    unit: 'GB',
  },
  mdns: {
    label: 'Find computers on this network by themselves',
    help: 'Tells everybody on the local network that this computer runs MindMesh.',
  },
  upnp: {
    label: 'Ask the router to let peers in',
    help: 'By UPnP, so that computers elsewhere can connect to this one directly. Many home routers allow it.',
  },
  poolOnly: {
    label: 'Only talk to members of your pools',
    help: 'This computer refuses everybody else, and asks nobody else.',
  },
  hostingMemoryGigabytes: {
    label: 'Limit memory for hosted models',
    help: 'Off, your share of the graphics card’s memory may be used, or half of this computer’s where the processor does the work.',
    unit: 'GB',
  },
  askPoolOnly: {
    label: 'Only members of your pools',
    help: 'Nobody else computes any part of your answers.',
  },
  askOwnMachinesOnly: {
    label: 'Only your own computers',
    help: 'This one, and those that you name below.',
  },
  askOuterLayersHere: {
    label: 'First and last layer on this computer',
    help: 'Others then get numbers from in between and not the words themselves; whoever tries hard can still reconstruct much of them. This computer has to host both layers.',
  },
  askPriceCeiling: {
    label: 'Limit the price',
    help: 'The highest price for a unit of work that a computer may ask. 0 takes only those that are free.',
    unit: '',
  },
  askLeastOperators: {
    label: 'Separate owners that share the layers',
    help: 'At least so many. From 2 on, nobody computes all layers of an answer, and fewer computers can answer.',
    unit: '',
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

const addressForm =
  'An address looks like /ip4/192.0.2.1/tcp/6373/p2p/12D3KooW… and ends with the peer id.';

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
  groups: {
    when: 'When to work',
    much: 'How much',
    network: 'Downloads and uploads',
    privacy: 'Privacy',
    asking: 'Who may work on your questions',
    mesh: 'How peers are found',
    pools: 'Outside of your pools',
    hosting: 'Hosting and disk',
    app: 'This app',
  },
  fields,
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
  lists: {
    exclusiveApps: {
      label: 'Exclusive programs',
      help: 'While one of these runs, MindMesh pauses. A program’s name, or the folder that it lies in.',
      placeholder: 'blender.exe',
      none: 'None yet.',
      notValid: 'A name has 260 characters at most.',
    },
    bootstrap: {
      label: 'Bootstrap nodes',
      help: 'Where to begin on the internet: computers that know many others, and may relay for those that cannot be reached.',
      placeholder: '/dns/…/tcp/6373/p2p/12D3KooW…',
      none: 'None: only this network is searched.',
      notValid: addressForm,
    },
    peers: {
      label: 'Computers to stay connected to',
      help: 'By their address, as their own page shows it.',
      placeholder: '/ip4/…/tcp/6373/p2p/12D3KooW…',
      none: 'None.',
      notValid: addressForm,
    },
    askRegions: {
      label: 'Only computers in these countries',
      help: 'By two letters, such as DE, or EU for all of the European Union. Computers say themselves where they are; nobody checks it.',
      placeholder: 'DE',
      none: 'Anywhere.',
      notValid: 'A country has two letters, such as DE. EU stands for the European Union.',
    },
    ownMachines: {
      label: 'Your other computers',
      help: 'By their peer ids, which their pages show. The id of a pool stands for all of its members that serve.',
      placeholder: '12D3KooW…',
      none: 'None yet.',
      notValid: 'A peer id begins with 12D3KooW and has 52 characters.',
    },
  },

  region: {
    label: 'Country that peers are told',
    help: 'By its two letters. Others can then choose to ask only computers in certain countries. Empty tells nothing.',
    placeholder: '–',
    untold: 'not told',
    notValid: 'A country has two letters, such as DE. Leave it empty to tell nothing.',
  },

  schedule: {
    label: 'Hours',
    help: 'The clock of this computer counts. Other reasons to pause go on.',
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
    title: 'Single cards',
    use: (name: string) => `Use ${name}`,
    ceiling: (name: string) => `A ceiling of its own for ${name}`,
    ceilingHelp: 'Without a temperature reading this card then pauses.',
  },

  privacy: {
    here: 'Settings, logs and the API key stay on this computer. Chats are not kept: they end with the window. MindMesh sends no statistics and no crash reports to anybody.',
    peers:
      'Every computer in the mesh is told the network addresses of this one, which layers it serves, and whether it works or is paused. Whoever computes parts of your answers can read or reconstruct what you ask; the line under each answer says who took part.',
    network: 'How computers find this one, and whether it tells a country, is set on the page',
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
  noTray: 'Closing this window ends MindMesh',
  noTraySentence:
    'Your desktop has no place for its icon. Minimise the window to keep MindMesh working.',
  updateReady: (version: string) =>
    version === '' ? 'An update of MindMesh is ready' : `MindMesh ${version} is ready`,
  updateSentence: 'It is installed when you restart MindMesh here, and not before.',
  updateFailed: 'The update could not be installed. Try again, or restart MindMesh first.',
  restartToUpdate: 'Restart to update',
  addModel: 'Add a model file…',
  addModelFailed: 'The file could not be added.',
};
