/** What each setting is for, in one line with its unit, and the word for its null. The order is that of the listing. */
import type { SettingName } from '../../../src-shared/settings.ts';

export type SettingWords = {
  readonly about: string;
  /** Stands after a number. */
  readonly unit?: string;
  /** What null means, where the setting may be null. */
  readonly none?: string;
};

export const settingWords: Readonly<Record<SettingName, SettingWords>> = {
  idleMinutes: {
    unit: 'minutes',
    about:
      'works only after so long without keyboard, mouse, touch or game pad; 0 works at any time',
  },
  pauseWhileGaming: { about: 'pauses while a game or a full-screen window is open' },
  exclusiveApps: { about: 'programs during which it pauses in any case' },
  pauseOnGpuLoadPercent: {
    unit: '%',
    none: 'off',
    about: 'pauses while other programs use more of a graphics card than this',
  },
  pauseOnCpuLoadPercent: {
    unit: '%',
    none: 'off',
    about: 'pauses while other programs use more of the processor than this',
  },
  onBattery: { about: 'on battery: pause or work' },
  onMeteredNetwork: { about: 'on a network that is paid by its use: pause or work' },
  schedule: {
    none: 'always',
    about: 'when it may work, such as "mon-fri 18:00-08:00, sat,sun 00:00-24:00"',
  },
  steadyQuietSeconds: {
    unit: 'seconds',
    about: 'how long it must have been quiet before it works again after a pause',
  },
  temperatureCeilingCelsius: {
    unit: '°C',
    about: 'a graphics card pauses from here on, and works less from 5 °C below',
  },
  cpuTemperatureCeilingCelsius: {
    unit: '°C',
    none: 'off',
    about: 'the same for the processor',
  },
  cards: {
    about:
      'what differs for single cards, by id, as JSON: {"GPU-…":{"isUsed":false,"temperatureCeilingCelsius":75}}',
  },
  powerCapPercent: { unit: '%', about: 'share of time worked' },
  cpuLimitWhenActivePercent: {
    unit: '%',
    about: "share of the processor's cores for work while you are active too",
  },
  videoMemoryPercent: {
    unit: '%',
    about: "share of what other programs leave of a card's memory",
  },
  downloadLimitKilobytesPerSecond: { unit: 'kB/s', none: 'unlimited', about: 'most to download' },
  uploadLimitKilobytesPerSecond: { unit: 'kB/s', none: 'unlimited', about: 'most to upload' },
  diskLimitGigabytes: {
    unit: 'GB',
    none: 'unlimited',
    about: 'most disk space for downloaded models',
  },
  keepAwake: { about: 'keeps the computer from going to sleep while it serves' },
  shards: {
    none: 'demo',
    about:
      'layers to host, as JSON: [{"model":"NAME"}] or [{"model":"NAME","layers":{"firstLayer":0,"lastLayer":7}}]; [] hosts nothing, demo the bundled model',
  },
  hosting: {
    about:
      'automatic hosts what the mesh needs most beside those layers; chosen hosts nothing else',
  },
  hostingMemoryGigabytes: {
    unit: 'GB',
    none: 'what fits',
    about:
      'memory for hosted layers when hosting is automatic, at most; what fits is the share of the graphics card that may be used, or half of this computer’s where there is none',
  },
  region: { about: 'country that peers are told, such as DE; empty tells nothing' },
  price: { about: 'what peers are told that a unit of work costs; 0 is free' },
  askPoolOnly: { about: 'your questions go to members of your pools alone' },
  askOwnMachinesOnly: { about: 'your questions go to your own machines alone' },
  askRegions: {
    about: 'countries that your questions may go to, such as DE, or EU; none is anywhere',
  },
  askOuterLayersHere: {
    about: 'the first and last layer are computed here, so that peers see no text',
  },
  askPriceCeiling: { none: 'any', about: 'highest price per unit of work for your questions' },
  askLeastOperators: {
    about:
      'at least so many separate operators share the layers; from 2 on, nobody has all of them',
  },
  ownMachines: {
    about: 'your other machines: their peer ids, or the id of a pool that has no others',
  },
  contextLength: { unit: 'tokens', about: 'room for conversations in each hosted shard' },
  maxSessions: { about: 'conversations that a hosted shard serves at once' },
  threads: { none: 'auto', about: 'threads of each engine; auto takes one for each usable core' },
  backend: { about: 'auto takes a graphics card where there is one; cpu never does' },
  listen: { about: 'addresses to listen on for other peers' },
  peers: { about: 'addresses of peers to keep a connection to' },
  bootstrap: { about: 'addresses of nodes to begin with on a wide network' },
  poolOnly: { about: 'talks to members of your pools alone' },
  mdns: { about: 'looks for peers on the local network' },
  upnp: { about: 'asks the router to let peers in' },
  apiPort: { about: 'port of the OpenAI-compatible API on this computer; 0 takes any free one' },
  apiHosts: {
    about: 'names beside localhost under which programs may reach the API: host.docker.internal',
  },
  apiOrigins: { about: 'pages in browsers that may use the API: https://app.example' },
  windowPort: { about: 'port of the window in a browser, from the next start on' },
  startAtLogin: { about: 'the desktop app starts with the desktop' },
  checkForUpdates: { about: 'the desktop app looks for newer versions of itself' },
};
