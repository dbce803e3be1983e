/** Settings about other programs' access to this machine, the engines, and the app itself. */
import { z } from 'zod';
import { apiHostSchema, apiOriginSchema } from '../api/node-config.ts';
import { setting } from './setting.ts';

const portSchema = z.int().min(0).max(65_535);

export const programSettings = {
  /** Port of the OpenAI-compatible endpoint on 127.0.0.1. 6374 spells MESH on a telephone's keys. */
  apiPort: setting({ schema: portSchema, default: 6374, group: 'programs', applies: 'live' }),
  /** Names beside localhost under which programs may reach the API, e.g. host.docker.internal. */
  apiHosts: setting({
    schema: z.array(apiHostSchema).max(32),
    default: [],
    group: 'programs',
    applies: 'live',
  }),
  /** Pages in browsers that may use the API, e.g. https://app.example. */
  apiOrigins: setting({
    schema: z.array(apiOriginSchema).max(32),
    default: [],
    group: 'programs',
    applies: 'live',
  }),
  /** Port of the window in a browser, headless mode only. */
  windowPort: setting({ schema: portSchema, default: 6375, group: 'programs', applies: 'app' }),
};

export const engineSettings = {
  /** Cache cells per hosted shard, in tokens. */
  contextLength: setting({
    schema: z.int().min(256).max(16_777_216),
    default: 8192,
    unit: 'tokens',
    group: 'engine',
    applies: 'engine',
  }),
  /** Sessions that a hosted shard serves at once. */
  maxSessions: setting({
    schema: z.int().min(1).max(256),
    default: 8,
    group: 'engine',
    applies: 'engine',
  }),
  /** Threads of each engine; null: as many as there are physical cores that this process may use. */
  threads: setting({
    schema: z.int().min(1).max(512).nullable(),
    default: null,
    whenOn: 4,
    group: 'engine',
    applies: 'engine',
  }),
  backend: setting({
    schema: z.enum(['auto', 'cpu']),
    default: 'auto',
    switch: { on: 'auto', off: 'cpu' },
    group: 'engine',
    applies: 'engine',
  }),
};

export const appSettings = {
  /** The desktop app starts at login, as an icon in the tray. */
  startAtLogin: setting({ schema: z.boolean(), default: false, group: 'app', applies: 'live' }),
  /** The desktop app checks for newer versions of itself, and installs one only on the owner's click. */
  checkForUpdates: setting({ schema: z.boolean(), default: true, group: 'app', applies: 'live' }),
};
