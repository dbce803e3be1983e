/** The settings in English: each has one line for the command line, and a label and a help text for the window. */
import type { ListName } from '../../settings/kinds.ts';
import type { SettingGroup, Unit } from '../../settings/setting.ts';
import type { SettingName } from '../../settings/settings.ts';

export const unitWords: Readonly<Record<Unit, string>> = {
  minutes: 'minutes',
  seconds: 'seconds',
  percent: '%',
  celsius: '°C',
  kilobytesPerSecond: 'kB/s',
  gigabytes: 'GB',
  tokens: 'tokens',
};

export const settingGroupWords: Readonly<Record<SettingGroup, string>> = {
  when: 'When to work',
  much: 'How much',
  traffic: 'Downloads and uploads',
  hosting: 'Hosting and disk',
  asking: 'Who may work on your questions',
  mesh: 'How peers are found',
  pools: 'Outside of your pools',
  programs: 'Privacy and other programs',
  engine: 'How models run',
  app: 'This app',
};

export type SettingWords = {
  /** The setting's line in the listing of the command line, without a full stop. */
  readonly about: string;
  /** The word for null on the command line, printed and typed; present where the setting may be null. */
  readonly none?: string;
  readonly label: string;
  readonly help: string;
};

export const settingWords: Readonly<Record<SettingName, SettingWords>> = {
  idleMinutes: {
    about:
      'works only after this long without keyboard, mouse, touch or game pad; 0 works at any time',
    label: 'Work only after the computer was left alone',
    help: 'No keyboard, mouse, touch or game pad for this long. 0 works at any time.',
  },
  pauseWhileGaming: {
    about: 'pauses while a game or a full-screen window is open',
    label: 'Pause while gaming',
    help: 'Games of known launchers, and windows that fill the screen.',
  },
  exclusiveApps: {
    about: 'programs that always make it pause',
    label: 'Exclusive programs',
    help: 'While one of these runs, MindMesh pauses. A program’s name, or its folder.',
  },
  pauseOnGpuLoadPercent: {
    about: 'pauses while other programs use more of a graphics card than this',
    none: 'off',
    label: 'Pause when other programs use a graphics card',
    help: 'When they use more than this share of its time.',
  },
  pauseOnCpuLoadPercent: {
    about: 'pauses while other programs use more of the processor than this',
    none: 'off',
    label: 'Pause when other programs use the processor',
    help: 'When they use more than this share of all its cores.',
  },
  pauseOnFreeMemoryPercent: {
    about: 'pauses models in the computer’s memory while less of it than this is free',
    none: 'off',
    label: 'Pause when the computer’s memory runs out',
    help: 'When less than this share of it is free. Models on a graphics card with memory of its own go on.',
  },
  onBattery: {
    about: 'on battery: pause or work',
    label: 'Pause on battery',
    help: 'With the lid closed it pauses on battery in any case.',
  },
  onMeteredNetwork: {
    about: 'on a network where data costs extra: pause or work',
    label: 'Pause on a metered network',
    help: 'Where the system says that data costs extra.',
  },
  steadyQuietSeconds: {
    about: 'how long it must have been quiet before it works again after a pause',
    label: 'Wait before working again',
    help: 'How long the cause of a pause must have been gone.',
  },
  schedule: {
    about: 'when it may work, such as "mon-fri 18:00-08:00, sat,sun 00:00-24:00"',
    none: 'always',
    label: 'Hours',
    help: 'By the clock of this computer. Other reasons to pause still apply.',
  },
  temperatureCeilingCelsius: {
    about: 'a graphics card pauses from here on, and works less from 5 °C below',
    label: 'Highest temperature of a graphics card',
    help: 'It pauses from here on, and works less from 5 degrees below.',
  },
  cpuTemperatureCeilingCelsius: {
    about: 'the same for the processor',
    none: 'off',
    label: 'Highest temperature of the processor',
    help: 'The same, where the processor tells its temperature.',
  },
  powerCapPercent: {
    about: 'how much of the time it works',
    label: 'Power cap',
    help: 'How much of the time it works. Half the time uses about half the power.',
  },
  cpuLimitWhenActivePercent: {
    about: "how many of the processor's cores it may use while you are active",
    label: 'Processor while you use the computer',
    help: 'How many of the cores it may use while you are active.',
  },
  videoMemoryPercent: {
    about: "how much it may use of the card's memory that other programs leave free",
    label: 'Video memory',
    help: 'How much it may use of what other programs leave free.',
  },
  keepAwake: {
    about: 'keeps the computer from going to sleep while it serves',
    label: 'Keep the computer awake while it works',
    help: 'Otherwise it goes to sleep as usual, and the work ends.',
  },
  cards: {
    about:
      'what differs for single cards, by id, as JSON: {"GPU-…":{"isUsed":false,"temperatureCeilingCelsius":75}}',
    label: 'Single cards',
    help: 'Whether each card is used, and a ceiling of its own.',
  },
  cardOrder: {
    about:
      'which graphics card is filled with layers first, then second, by name, PCI address or id; a change reloads the models',
    label: 'Which graphics card first',
    help: 'A model goes onto the first card, and onto the next one what the first has no room for. By the names above, or by address. A change reloads the models.',
  },
  downloadLimitKilobytesPerSecond: {
    about: 'speed limit of downloads',
    none: 'unlimited',
    label: 'Limit downloads',
    help: 'In units of 1,000 bytes a second.',
  },
  uploadLimitKilobytesPerSecond: {
    about: 'speed limit of uploads',
    none: 'unlimited',
    label: 'Limit uploads',
    help: 'In units of 1,000 bytes a second.',
  },
  shards: {
    about:
      'layers to host, as JSON: [{"model":"NAME"}] or [{"model":"NAME","layers":{"firstLayer":0,"lastLayer":7}}]; [] hosts nothing, demo the bundled model',
    none: 'demo',
    label: 'Hosted layers',
    help: 'What this computer hosts of each model.',
  },
  hosting: {
    about:
      'automatic hosts what the mesh needs most beside those layers; chosen hosts nothing else',
    label: 'What this computer hosts',
    help: 'For peers while this computer is free, and for your own questions.',
  },
  hostingMemoryGigabytes: {
    about:
      'memory for hosted layers when hosting is automatic, at most; what fits is the share of the graphics card that may be used, or half of this computer’s where there is none',
    none: 'what fits',
    label: 'Limit memory for hosted models',
    help: 'Off, your share of the graphics card’s memory may be used, or half of this computer’s where the processor does the work.',
  },
  diskLimitGigabytes: {
    about: 'disk space limit for downloaded models',
    none: 'unlimited',
    label: 'Limit disk space for downloaded models',
    help: 'Your own files do not count. When it is full, models that are not hosted go first, the longest unused before the others.',
  },
  askPoolOnly: {
    about: 'your questions go to members of your pools alone',
    label: 'Only members of your pools',
    help: 'Nobody else computes any part of your answers.',
  },
  askOwnMachinesOnly: {
    about: 'your questions go to your own machines alone',
    label: 'Only your own computers',
    help: 'This one, and those that you name below.',
  },
  ownMachines: {
    about: 'your other machines: their peer ids, or the id of a pool that has no others',
    label: 'Your other computers',
    help: 'By their peer ids, which their pages show. The id of a pool stands for all of its members that serve.',
  },
  askRegions: {
    about: 'countries that your questions may go to, such as DE, or EU; none is anywhere',
    label: 'Only computers in these countries',
    help: 'By two letters, such as DE, or EU for all of the European Union. Computers say themselves where they are; nobody checks it.',
  },
  askOuterLayersHere: {
    about: 'the first and last layer are computed here, so that peers see no text',
    label: 'First and last layer on this computer',
    help: 'Others then get numbers from in between and not the words themselves; someone who tries hard can still reconstruct much of them. This computer has to host both layers.',
  },
  askLeastOperators: {
    about:
      'at least this many separate operators share the layers; from 2 on, nobody has all of them',
    label: 'Separate owners that share the layers',
    help: 'At least this many. From 2 on, nobody computes all layers of an answer, and fewer computers can answer.',
  },
  askPriceCeiling: {
    about: 'highest price per unit of work for your questions',
    none: 'any',
    label: 'Limit the price',
    help: 'The highest price for a unit of work that a computer may ask. 0 takes only those that are free.',
  },
  mdns: {
    about: 'looks for peers on the local network',
    label: 'Find computers on this network automatically',
    help: 'Tells everybody on the local network that this computer runs MindMesh.',
  },
  upnp: {
    about: 'asks the router to let peers in',
    label: 'Ask the router to let peers in',
    help: 'By UPnP, so that computers elsewhere can connect to this one directly. Many home routers allow it.',
  },
  bootstrap: {
    about: 'addresses of nodes to start from on the internet',
    label: 'Bootstrap nodes',
    help: 'Where to begin on the internet: computers that know many others, and may relay for those that cannot be reached.',
  },
  peers: {
    about: 'addresses of machines to stay connected to',
    label: 'Computers to stay connected to',
    help: 'By their address, as their own page shows it.',
  },
  listen: {
    about: 'addresses at which this machine waits for others',
    label: 'Where this computer waits for others',
    help: 'Network addresses of this computer. Port 0 takes any free one.',
  },
  region: {
    about: 'country that peers see, such as DE; empty for none',
    label: 'Country that peers see',
    help: 'By its two letters. Others can then choose to ask only computers in certain countries. Empty tells nothing.',
  },
  price: {
    about: 'price of a unit of work here, as other machines are told; 0 is free',
    label: 'Price of your work',
    help: 'The price that others see for a unit of work here. 0 is free.',
  },
  poolOnly: {
    about: 'talks to members of your pools alone',
    label: 'Only talk to members of your pools',
    help: 'This computer refuses everybody else, and asks nobody else.',
  },
  apiPort: {
    about: 'port of the OpenAI-compatible API on this computer; 0 takes any free one',
    label: 'Port for other programs',
    help: 'Programs on this computer use it. 0 takes any free port.',
  },
  apiHosts: {
    about: 'names beside localhost under which programs may reach the API: host.docker.internal',
    label: 'Other names of this computer',
    help: 'Names beside localhost that programs may use, as from inside a container.',
  },
  apiOrigins: {
    about: 'pages in browsers that may use the API: https://app.example',
    label: 'Web pages that may use this computer',
    help: 'Pages in a browser that may use this computer, if they know the key.',
  },
  windowPort: {
    about: 'port of the window in a browser',
    label: 'Port of this window in a browser',
    help: 'Where MindMesh runs without its desktop app.',
  },
  contextLength: {
    about: 'room for all conversations with a hosted model',
    label: 'Room for conversations',
    help: 'How much text all conversations with a model may have together. More takes more memory.',
  },
  maxSessions: {
    about: 'conversations that a hosted model serves at once',
    label: 'Conversations at once',
    help: 'How many of them a model serves at the same time.',
  },
  threads: {
    about: 'threads of each engine; auto takes one for each usable core',
    none: 'auto',
    label: 'Limit processor threads',
    help: 'Off, each model uses one for each core that is free to use.',
  },
  backend: {
    about: 'auto takes a graphics card where there is one; cpu never does',
    label: 'Use the graphics card',
    help: 'Off, the processor does all the work.',
  },
  startAtLogin: {
    about: 'the desktop app starts with the desktop',
    label: 'Start with the computer',
    help: 'As an icon in the tray.',
  },
  checkForUpdates: {
    about: 'the desktop app looks for newer versions of itself',
    label: 'Look for updates',
    help: 'An update is installed only when you say so.',
  },
};

const addressForm =
  'An address looks like /ip4/192.0.2.1/tcp/6373/p2p/12D3KooW… and ends with the peer id.';

/** The texts of a list in the window: in its empty field, in place of entries, and about an invalid entry. */
export const listWords: Readonly<
  Record<
    ListName,
    { readonly placeholder: string; readonly empty: string; readonly notValid: string }
  >
> = {
  exclusiveApps: {
    placeholder: 'blender.exe',
    empty: 'None yet.',
    notValid: 'A name has 260 characters at most.',
  },
  cardOrder: {
    placeholder: 'NVIDIA GeForce RTX 4090',
    empty: 'The largest first.',
    notValid: 'A name has 200 characters at most.',
  },
  bootstrap: {
    placeholder: '/dns/…/tcp/6373/p2p/12D3KooW…',
    empty: 'None: only this network is searched.',
    notValid: addressForm,
  },
  peers: {
    placeholder: '/ip4/…/tcp/6373/p2p/12D3KooW…',
    empty: 'None.',
    notValid: addressForm,
  },
  listen: {
    placeholder: '/ip4/0.0.0.0/tcp/6373',
    empty: 'None: nobody can connect to this computer.',
    notValid: 'An address looks like /ip4/0.0.0.0/tcp/6373.',
  },
  askRegions: {
    placeholder: 'DE',
    empty: 'Anywhere.',
    notValid: 'A country has two letters, such as DE. EU stands for the European Union.',
  },
  ownMachines: {
    placeholder: '12D3KooW…',
    empty: 'None yet.',
    notValid: 'A peer id begins with 12D3KooW and has 52 characters.',
  },
  apiHosts: {
    placeholder: 'host.docker.internal',
    empty: 'None.',
    notValid: 'A name has letters, digits, dots and hyphens.',
  },
  apiOrigins: {
    placeholder: 'https://app.example',
    empty: 'None.',
    notValid: 'A page looks like https://app.example, without a slash at the end.',
  },
};

/** When a change takes effect, for settings where it is not at once or not without a loss. */
export const appliesWords = {
  node: 'A change reconnects this computer and ends running answers.',
  engine: 'A change reloads the models and ends running answers.',
  app: 'A change takes effect at the next start.',
} as const;
