/** The record of a peer: signed by it, short-lived and refreshed. A wrong record may cost a try, but must block nothing. */
import { z } from 'zod';
import type { Way } from '../../../../src-shared/api/node-status.ts';
import {
  layerRangeSchema,
  manifestIdSchema,
  type ModelSummary,
  modelSummarySchema,
} from '../../../../src-shared/model.ts';
import { regionSchema } from '../../../../src-shared/route-rules.ts';
import { type FormerNames, underEitherName } from '../../../wire/former-names.ts';
import { speaksSchema } from '../../../wire/speaks.ts';

/** How long a record is believed after its receipt, and how often it is sent anew, in milliseconds. */
export const recordLifetimeMs = 60_000;
export const recordRefreshMs = 20_000;

/** Largest signed record accepted, in bytes. */
export const maxRecordBytes = 64 * 1024;

const recordedShardSchema = layerRangeSchema.and(
  z.object({
    manifestId: manifestIdSchema,
    freeSessions: z.int().min(0),
    maxSessions: z.int().min(1),
    /** Cache cells of the shard, in tokens: no session can be longer. */
    contextLength: z.int().min(1),
    /** How many of these cells no session has claimed; absent: all. */
    freeCells: z.int().min(0).optional(),
    /** Measured decode speed of this shard alone, tokens a second; 0 before the first token. */
    tokensPerSecond: z.number().min(0),
    /** Measured prefill speed, tokens a second; absent before the first prompt. */
    prefillTokensPerSecond: z.number().min(0).optional(),
  }),
);

/** Most entries in `demand`, `planned` and `stores` of a record. */
export const recordLimits = { demand: 64, planned: 16, stores: 32 } as const;

/** Recent demand of a node's users: manifest id → tokens a second. */
const demandSchema = z
  .record(manifestIdSchema, z.number().min(0).max(1_000_000))
  .refine((demand) => Object.keys(demand).length <= recordLimits.demand, 'too many models');

const recordSchema = z.object({
  /** Grows with every record of a peer; an older one never replaces a newer one. */
  sequence: z.int().min(0),
  state: z.enum(['serving', 'draining', 'paused', 'leaving']),
  addresses: z.array(z.string().max(500)).max(32),
  models: z.array(modelSummarySchema).max(64),
  shards: z.array(recordedShardSchema).max(64),
  /** Shards that the peer is fetching or loading: placement counts them, routing does not. */
  planned: z
    .array(layerRangeSchema.and(z.object({ manifestId: manifestIdSchema })))
    .max(recordLimits.planned)
    .optional(),
  /** Models that the peer does not host, but of which it stores bytes of some or all layers and gives them to others. */
  stores: z.array(modelSummarySchema).max(recordLimits.stores).optional(),
  /** The peer's price for computing a token; absent: nothing. */
  price: z.number().min(0).max(1_000_000_000).optional(),
  /** The region that the peer claims; absent: it claims none. */
  region: regionSchema.optional(),
  demand: demandSchema.optional(),
  /** Memory for shards, used or free; absent: placement does not expect this peer to host more. */
  memoryBytes: z.int().min(0).optional(),
  /** The extensions that the peer speaks; absent: the former version, which does not say. */
  speaks: speaksSchema.optional(),
  /** The peer connects to members of its pools alone, so its record is for them alone too. */
  poolOnly: z.boolean().optional(),
});
export type RecordedShard = z.infer<typeof recordedShardSchema>;
export type PeerRecord = z.infer<typeof recordSchema>;
export const formerRecordNames: FormerNames = { stores: 'held' };
export const peerRecordSchema = underEitherName(recordSchema, formerRecordNames);

/** A verified record with its signer. */
export type KnownPeer = {
  readonly peer: string;
  readonly record: PeerRecord;
  readonly receivedAt: number;
  readonly connected: boolean;
  readonly latencyMs: number | undefined;
  /** The peer missed a ping and has replied to none since; absent: no. */
  readonly silent?: boolean;
  /** Whether every connection to the peer goes over a relay; absent: no. */
  readonly relayed?: boolean;
  /** How it is reached; absent while it is not connected. */
  readonly way?: Way;
  /** The peer's reputation, 0 to 1; absent: 1. */
  readonly reputation?: number;
  /** The peer's recent speed with whole models, as this node measured it: manifest id → tokens a second. */
  readonly measured?: ReadonlyMap<string, number>;
};

/** The models of which the peer gives bytes. */
export function offeredModels({ models, stores = [] }: PeerRecord): ModelSummary[] {
  return [...models, ...stores];
}

/** The peers that give bytes of the model: the connected ones first, by ascending latency. */
export function nearestWith(peers: readonly KnownPeer[], manifestId: string): KnownPeer[] {
  return peers
    .filter(({ record }) => offeredModels(record).some((model) => model.manifestId === manifestId))
    .toSorted((a, b) => distance(a) - distance(b));
}

function distance({ connected, latencyMs }: KnownPeer): number {
  return connected ? (latencyMs ?? 1000) : Number.MAX_VALUE;
}

/** A node's description of itself; the mesh adds addresses and sequence, and signs the record. */
export type SelfDescription = Omit<PeerRecord, 'sequence' | 'addresses' | 'poolOnly' | 'speaks'>;
