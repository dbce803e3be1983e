/** What a peer says about itself: signed, short-lived, refreshed. A stale record is a hint, never a blocker. */
import { z } from 'zod';
import {
  layerRangeSchema,
  manifestIdSchema,
  type ModelSummary,
  modelSummarySchema,
} from '../../../../src-shared/model.ts';
import { regionSchema } from '../../../../src-shared/route-rules.ts';
import { type FormerNames, underEitherName } from '../../../wire/former-names.ts';
import { speaksSchema } from '../../../wire/speaks.ts';

/** A record is believed for this long after it was received, in milliseconds, and sent anew well before. */
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
    /** Of these, cells that no session has a claim to; absent: all. */
    freeCells: z.int().min(0).optional(),
    /** Measured decode speed of this shard alone, tokens a second; 0 before the first token. */
    tokensPerSecond: z.number().min(0),
    /** Measured speed of reading a prompt, tokens a second; absent before the first prompt. */
    prefillTokensPerSecond: z.number().min(0).optional(),
  }),
);

/** Most models whose demand, most shards whose loading, and most models without hosting that a record tells. */
export const recordLimits = { demand: 64, planned: 16, stores: 32 } as const;

/** What a node's users wanted lately: manifest id → tokens a second. */
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
  /** Shards that this peer is fetching or loading: placement counts them, routing does not. */
  planned: z
    .array(layerRangeSchema.and(z.object({ manifestId: manifestIdSchema })))
    .max(recordLimits.planned)
    .optional(),
  /** Models beside those that it hosts of which the peer has bytes and gives them, of some layers or of all. */
  stores: z.array(modelSummarySchema).max(recordLimits.stores).optional(),
  /** What a unit of work costs here; absent: nothing. */
  price: z.number().min(0).max(1_000_000_000).optional(),
  /** Where the peer claims to be; absent: it does not say. */
  region: regionSchema.optional(),
  demand: demandSchema.optional(),
  /** Memory for shards, used or not; absent: others do not count on this peer to host more. */
  memoryBytes: z.int().min(0).optional(),
  /** What the peer speaks; absent: the version that did not say. */
  speaks: speaksSchema.optional(),
  /** The peer talks to members of its pools alone, so its record is for them alone, too. */
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
  /** It missed a ping, and none was answered since; absent: no. */
  readonly silent?: boolean;
  /** Whether every connection to it goes over a relay; absent: no. */
  readonly relayed?: boolean;
  /** How far it is trusted to do what it says, 0 to 1; absent: 1. */
  readonly reputation?: number;
  /** How fast it answered this node with whole models lately, in tokens a second: by manifest id. */
  readonly measured?: ReadonlyMap<string, number>;
};

/** The models of which a peer may be asked for bytes. */
export function offeredModels({ models, stores = [] }: PeerRecord): ModelSummary[] {
  return [...models, ...stores];
}

/** The peers that may be asked for bytes of the model: the connected ones first, the nearest of them first. */
export function nearestWith(peers: readonly KnownPeer[], manifestId: string): KnownPeer[] {
  return peers
    .filter(({ record }) => offeredModels(record).some((model) => model.manifestId === manifestId))
    .toSorted((a, b) => distance(a) - distance(b));
}

function distance({ connected, latencyMs }: KnownPeer): number {
  return connected ? (latencyMs ?? 1000) : Number.MAX_VALUE;
}

/** What the sessions part says about this node; the mesh adds addresses and sequence, and signs it. */
export type SelfDescription = Omit<PeerRecord, 'sequence' | 'addresses' | 'poolOnly' | 'speaks'>;
