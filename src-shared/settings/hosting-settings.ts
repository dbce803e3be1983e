/** What this machine hosts, and how much network, disk and memory that may take. */
import { z } from 'zod';
import { givenShardSchema, hostedShardSchema } from '../api/node-config.ts';
import { setting } from './setting.ts';

const kilobytesSchema = z.int().min(1).max(100_000_000);

export const trafficSettings = {
  /** In kilobytes of 1000 bytes per second; null: no limit. */
  downloadLimitKilobytesPerSecond: setting({
    schema: kilobytesSchema.nullable(),
    default: null,
    whenOn: 5000,
    unit: 'kilobytesPerSecond',
    group: 'traffic',
    applies: 'live',
  }),
  uploadLimitKilobytesPerSecond: setting({
    schema: kilobytesSchema.nullable(),
    default: null,
    whenOn: 1000,
    unit: 'kilobytesPerSecond',
    group: 'traffic',
    applies: 'live',
  }),
};

export const hostingSettings = {
  /** Layers to host; null: the whole bundled demo model; an empty list: nothing. */
  shards: setting({
    schema: z.array(hostedShardSchema).max(64).nullable(),
    given: z.array(givenShardSchema).max(64).nullable(),
    default: null,
    group: 'hosting',
    applies: 'live',
  }),
  /** `automatic`: the machine also hosts what the mesh needs most. */
  hosting: setting({
    schema: z.enum(['chosen', 'automatic']),
    default: 'chosen',
    group: 'hosting',
    applies: 'live',
  }),
  /** Memory for hosted layers when hosting is automatic, in units of 10⁹ bytes; null: what fits. */
  hostingMemoryGigabytes: setting({
    schema: z.number().min(0.1).max(100_000).nullable(),
    default: null,
    whenOn: 8,
    unit: 'gigabytes',
    group: 'hosting',
    applies: 'live',
  }),
  /** For downloaded models, in units of 10⁹ bytes; null: no limit. */
  diskLimitGigabytes: setting({
    schema: z.int().min(1).max(1_000_000).nullable(),
    default: null,
    whenOn: 50,
    unit: 'gigabytes',
    group: 'hosting',
    applies: 'live',
  }),
};
