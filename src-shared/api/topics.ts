/**
 * The topics of a host. A topic is one part of its state: a watcher gets its value at once, and again after each
 * change. A topic without a watcher is neither computed nor sent.
 */
import { z } from 'zod';
import { catalogEntrySchema } from '../catalog.ts';
import { factsSchema } from '../duty.ts';
import { lenientList } from '../lenient-list.ts';
import { poolSchema } from '../pool.ts';
import { settingsSchema } from '../settings/settings.ts';
import { warningSchema } from '../warning.ts';
import { dutyViewSchema } from './duty.ts';
import { nodeStatusSchema } from './node-status.ts';
import { usageSummarySchema } from './usage.ts';

export const importSchema = z.object({
  path: z.string(),
  doneBytes: z.number(),
  totalBytes: z.number(),
});

const withoutCardSchema = z.enum(['small-models', 'chosen-models', 'asks-only']);
export type WithoutCard = z.infer<typeof withoutCardSchema>;

/** The host itself. */
export const appSchema = z.object({
  version: z.string(),
  /** The state of the node process itself, not of its orders. */
  state: z.enum(['starting', 'running', 'faulted', 'stopping']),
  /** One sentence for a person when faulted. */
  fault: z.string().nullable(),
  /** `needed`: nothing computes or connects until the owner has agreed to what MindMesh does. */
  consent: z.enum(['given', 'needed']),
  /** Warnings for the owner that show nowhere else, newest last, kept until the next start. */
  warnings: lenientList(warningSchema, 'warnings'),
  api: z.object({ baseUrl: z.string() }),
  dataFolder: z.string(),
  /** Bytes of memory that hosted layers may take, for weights and caches; absent from hosts that do not tell. */
  hostingMemoryBytes: z.number().optional(),
  /** What a machine without a graphics card does for others; null or absent where it has one, or that is not known. */
  withoutCard: withoutCardSchema.nullable().optional(),
  startedAt: z.number(),
});

const { shards, peers, models, downloads, ...ofNode } = nodeStatusSchema.shape;

const poolsSchema = lenientList(poolSchema, 'pools').nullable();
const catalogSchema = z
  .object({
    entries: lenientList(catalogEntrySchema, 'models to download'),
    /** Disk space that models take beside the owner's own files, and free space. */
    storage: z.object({ usedBytes: z.number(), freeBytes: z.number() }),
  })
  .nullable();

/**
 * Each topic with the schema of its value, and its shortest interval in milliseconds; the first change is sent at
 * once.
 */
export const topics = {
  app: { schema: appSchema, everyMs: 100 },
  duty: { schema: dutyViewSchema, everyMs: 100 },
  /** The node's status without its lists; null until the node has started. */
  node: { schema: z.object(ofNode).nullable(), everyMs: 1000 },
  /** These four are null until then, too. */
  shards: { schema: shards.nullable(), everyMs: 1000 },
  peers: { schema: peers.nullable(), everyMs: 1000 },
  models: { schema: models.nullable(), everyMs: 100 },
  downloads: { schema: downloads.nullable(), everyMs: 1000 },
  /** Imports of model files under way. */
  imports: { schema: lenientList(importSchema, 'imports'), everyMs: 1000 },
  /** The newest readings of the sensors; null where the machine is not watched. */
  facts: { schema: factsSchema.nullable(), everyMs: 1000 },
  settings: { schema: settingsSchema, everyMs: 100 },
  usage: { schema: usageSummarySchema, everyMs: 1000 },
  /** null while there is no node. */
  pools: { schema: poolsSchema, everyMs: 100 },
  /** Models that can be downloaded, and the disk; null while there is no node. */
  catalog: { schema: catalogSchema, everyMs: 500 },
} as const;
export type Topic = keyof typeof topics;
export type TopicValues = { readonly [T in Topic]: z.output<(typeof topics)[T]['schema']> };

/** Topics that the node computes, while the host has a watcher of them. */
export const nodeTopics = ['pools', 'catalog'] as const satisfies readonly Topic[];
export type NodeTopic = (typeof nodeTopics)[number];

export type TopicEvent<T extends Topic = Topic> = {
  readonly [Each in T]: {
    readonly topic: Each;
    /** Counts the changes of the topic since its sender started. */
    readonly revision: number;
    readonly value: TopicValues[Each];
  };
}[T];

function eventOf<T extends Topic>(names: readonly [T, ...T[]]) {
  return z
    .object({ topic: z.enum(names), revision: z.int().min(0), value: z.unknown() })
    .transform((event, context): TopicEvent<T> => {
      const parsed = topics[event.topic].schema.safeParse(event.value);
      if (!parsed.success) {
        const message = `${event.topic}: ${z.prettifyError(parsed.error)}`;
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
      return { ...event, value: parsed.data } as unknown as TopicEvent<T>;
    });
}

function watchOf<T extends Topic>(names: readonly [T, ...T[]]) {
  return {
    params: z.object({ topics: z.array(z.enum(names)).min(1).max(names.length) }),
    event: eventOf(names),
    result: z.null(),
    deadlineMs: null,
  } as const;
}

/** A stream without a result: it ends when its watcher cancels it. */
export const topicMethods = {
  watch: watchOf(Object.keys(topics) as [Topic, ...Topic[]]),
} as const;

/** The same for topics of the node. */
export const nodeTopicMethods = { watch: watchOf<NodeTopic>(nodeTopics) } as const;
