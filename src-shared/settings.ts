/** The owner's settings, with defaults. What the machine does about them is state and lives elsewhere. */
import { z } from 'zod';
import {
  apiHostSchema,
  apiOriginSchema,
  givenShardSchema,
  hostedShardSchema,
} from './api/node-config.ts';
import { poolIdSchema } from './pool.ts';
import {
  defaultPreferences,
  givenCardsSchema,
  givenScheduleSchema,
  preferencesSchema,
} from './preferences.ts';
import { regionSchema, routeRulesSchema } from './route-rules.ts';

const rules = routeRulesSchema.shape;

export const settingsSchema = z.object({
  /** Port of the OpenAI-compatible endpoint on 127.0.0.1. */
  apiPort: z.int().min(0).max(65_535),
  /** Names beside localhost under which programs may reach the API, e.g. host.docker.internal. */
  apiHosts: z.array(apiHostSchema).max(32),
  /** Pages in browsers that may use the API, e.g. https://app.example. */
  apiOrigins: z.array(apiOriginSchema).max(32),
  /** Port of the window in a browser, headless mode only. */
  windowPort: z.int().min(0).max(65_535),
  /** Multiaddrs the node listens on for other peers. */
  listen: z.array(z.string().max(500)).max(32),
  /** Multiaddrs, with peer id, of peers to keep a connection to. */
  peers: z.array(z.string().max(500)).max(2048),
  /** Multiaddrs, with peer id, of nodes to begin with on a wide network. */
  bootstrap: z.array(z.string().max(500)).max(64),
  /** Find peers on the local network by mDNS. */
  mdns: z.boolean(),
  /** Ask the router by UPnP to let peers in. */
  upnp: z.boolean(),
  /** Talk to members of the own pools and to nobody else. */
  poolOnly: z.boolean(),
  /** Layers to host; null hosts the bundled demo model whole, an empty list hosts nothing. */
  shards: z.array(hostedShardSchema).max(64).nullable(),
  /** `automatic`: beside the layers above, whatever the mesh needs most. */
  hosting: z.enum(['chosen', 'automatic']),
  /** Memory for hosted layers where they are hosted automatically, in units of 10⁹ bytes; null is half of it. */
  hostingMemoryGigabytes: z.number().min(0.1).max(100_000).nullable(),
  /** Country that peers are told, by its two letters; empty tells nothing. */
  region: regionSchema,
  /** What peers are told that a unit of work costs; 0 is free. */
  price: z.number().min(0).max(1_000_000_000),
  /** Whom this node's own questions may use, as in route-rules.ts. A single question may ask for more, never for less. */
  askPoolOnly: rules.poolOnly.unwrap(),
  askOwnMachinesOnly: rules.ownMachinesOnly.unwrap(),
  askRegions: rules.regions.unwrap(),
  askOuterLayersHere: rules.keepOuterLayersAtHome.unwrap(),
  /** null: any price. */
  askPriceCeiling: rules.priceCeiling.unwrap().nullable(),
  askLeastOperators: rules.leastOperators.unwrap(),
  /** Peer ids of the owner's other machines; the id of a pool stands for all of its members that serve. */
  ownMachines: z.array(poolIdSchema).max(256),
  /** Threads of each engine; null takes the number of physical cores that we may use. */
  threads: z.int().min(1).max(512).nullable(),
  backend: z.enum(['auto', 'cpu']),
  /** Cache cells per hosted shard, in tokens. */
  contextLength: z.int().min(256).max(16_777_216),
  /** Sessions that a hosted shard serves at once. */
  maxSessions: z.int().min(1).max(256),
  /** The desktop app starts with the desktop, as an icon in the tray. */
  startAtLogin: z.boolean(),
  /** The desktop app looks for newer versions of itself, and installs one only when told to. */
  checkForUpdates: z.boolean(),
  /** When the machine works, and how much. */
  ...preferencesSchema.shape,
});
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/**
 * What a person or a client sets. Unknown keys are refused by name here, and left out of what is stored: that may come
 * from another version.
 */
export const changedSettingsSchema = settingsSchema
  .extend({
    shards: z.array(givenShardSchema).max(64).nullable(),
    cards: givenCardsSchema,
    schedule: givenScheduleSchema.nullable(),
  })
  .partial()
  .strict();
export type ChangedSettings = z.infer<typeof changedSettingsSchema>;

export const defaultSettings: Settings = {
  // 6374 spells MESH on a telephone's keys.
  apiPort: 6374,
  apiHosts: [],
  apiOrigins: [],
  windowPort: 6375,
  listen: ['/ip4/0.0.0.0/tcp/0'],
  peers: [],
  bootstrap: [],
  mdns: true,
  upnp: true,
  poolOnly: false,
  shards: null,
  hosting: 'chosen',
  hostingMemoryGigabytes: null,
  region: '',
  price: 0,
  askPoolOnly: false,
  askOwnMachinesOnly: false,
  askRegions: [],
  askOuterLayersHere: false,
  askPriceCeiling: null,
  askLeastOperators: 1,
  ownMachines: [],
  threads: null,
  backend: 'auto',
  contextLength: 8192,
  maxSessions: 8,
  startAtLogin: false,
  checkForUpdates: true,
  ...defaultPreferences,
};
