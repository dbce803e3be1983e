/**
 * What a host tells those who watch it. A topic is one part of its state: a watcher is told its value at once,
 * and again whenever that changed. A topic without a watcher is neither computed nor sent.
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

/** The host itself. */
export const appSchema = z.object({
  version: z.string(),
  /** The node process: its own state, not what was asked of it. */
  state: z.enum(['starting', 'running', 'faulted', 'stopping']),
  /** One sentence for a person when faulted. */
  fault: z.string().nullable(),
  /** Until the owner has agreed to what MindMesh does, nothing computes or connects. */
  consent: z.enum(['given', 'needed']),
  /** What the owner should know and nothing else shows: newest last, gone with the next start. */
  warnings: lenientList(warningSchema, 'warnings'),
  api: z.object({ baseUrl: z.string() }),
  dataFolder: z.string(),
  /** Memory of this machine that hosted layers may take, weights and caches; absent from hosts that do not tell. */
  hostingMemoryBytes: z.number().optional(),
  startedAt: z.number(),
});

const { shards, peers, models, downloads, ...ofNode } = nodeStatusSchema.shape;

const poolsSchema = lenientList(poolSchema, 'pools').nullable();
const catalogSchema = z
  .object({
    entries: lenientList(catalogEntrySchema, 'models to download'),
    /** What models take on the disk beside files of the owner's own, and what is free there. */
    storage: z.object({ usedBytes: z.number(), freeBytes: z.number() }),
  })
  .nullable();

/** Each with what is told of it, and how often at most, in milliseconds: the first change at once. */
export const topics = {
  app: { schema: appSchema, everyMs: 100 },
  duty: { schema: dutyViewSchema, everyMs: 100 },
  /** The node beside its lists; null until it has started. */
  node: { schema: z.object(ofNode).nullable(), everyMs: 1000 },
  /** These four are null as well until then. */
  shards: { schema: shards.nullable(), everyMs: 1000 },
  peers: { schema: peers.nullable(), everyMs: 1000 },
  models: { schema: models.nullable(), everyMs: 100 },
  downloads: { schema: downloads.nullable(), everyMs: 1000 },
  /** Imports of model files under way. */
  imports: { schema: lenientList(importSchema, 'imports'), everyMs: 1000 },
  /** What the sensors read last; null where the machine is not watched. */
  facts: { schema: factsSchema.nullable(), everyMs: 1000 },
  settings: { schema: settingsSchema, everyMs: 100 },
  usage: { schema: usageSummarySchema, everyMs: 1000 },
  /** null while there is no node to tell. */
  pools: { schema: poolsSchema, everyMs: 100 },
  /** Models that can be downloaded, and the disk; null while there is no node to tell. */
  catalog: { schema: catalogSchema, everyMs: 500 },
} as const;
export type Topic = keyof typeof topics;
export type TopicValues = { readonly [T in Topic]: z.output<(typeof topics)[T]['schema']> };

/** Those that the node computes, only while the host has a watcher of them. */
export const nodeTopics = ['pools', 'catalog'] as const satisfies readonly Topic[];
export type NodeTopic = (typeof nodeTopics)[number];

export type TopicEvent<T extends Topic = Topic> = {
  readonly [Each in T]: {
    readonly topic: Each;
    /** Counts the changes since the teller started. */
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

/** Never answers by itself: it ends when its watcher goes. */
export const topicMethods = {
  watch: watchOf(Object.keys(topics) as [Topic, ...Topic[]]),
} as const;

/** The same, of the node. */
export const nodeTopicMethods = { watch: watchOf<NodeTopic>(nodeTopics) } as const;
