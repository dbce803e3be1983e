/**
 * Pools: meshes for certain people alone. A pool is an Ed25519 key; its id is the peer id of that key. The peer that
 * holds the key owns the pool. All others are in it by a certificate, and nothing else counts:
 *
 *   pool key ── signs ──▶ certificate of an admin ── its node's key signs ──▶ certificate of a member or guest
 *          └─── signs ──▶ certificate of anybody
 *
 * Roles, as they are enforced. `admin`: invites members and guests, and removes them. `member`: asks and serves.
 * `guest`: asks; whatever it offers to serve is left out of its records. Only the owner appoints and removes admins.
 *
 * A node is in the public mesh and in any number of pools, or, with the setting `poolOnly`, in its pools alone.
 * Each pair of nodes proves to each other the pools they share, before any protocol is spoken. A node with `poolOnly`
 * ends a connection that proves none.
 *
 * An invite: open → used up | expired | revoked. It names the inviting node; the certificate comes from there, so
 * that node has to be reachable when a peer joins, and it alone counts the uses.
 *
 * A membership: active → left (by itself) | removed (by a revocation) | expired (its certificate ran out before any
 * admin renewed it). A certificate is void when its peer was revoked at or after it was issued, or when the admin
 * who signed it was removed by the owner. Revocations are a set that only grows until the certificates they void
 * have expired, so members need no order and no clock in common to agree on them. They travel among members, at
 * once to those that are connected, with the next connection to the others.
 *
 * What can fail: an inviter that is away (join says so, try later); a stale copy of the revocations (the next member
 * met brings the rest); a lost pool key (its owner is gone: admins are not renewed, and the pool ends with its last
 * certificate); a damaged file (moved aside, the node is not in that pool until it is repaired, and with `poolOnly` lets
 * no peer in on its account).
 */
import { z } from 'zod';
import { lenientList } from './lenient-list.ts';

export const poolRoles = ['admin', 'member', 'guest'] as const;
export const poolRoleSchema = z.enum(poolRoles);
export type PoolRole = z.infer<typeof poolRoleSchema>;

/** A peer id as text; those of Ed25519 keys have 52 characters. */
export const poolIdSchema = z.string().regex(/^12D3Koo[1-9A-HJ-NP-Za-km-z]{45}$/);

/** Names are shown in tables and menus: one line, no control characters. */
export const poolNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);

/** Pools that a node is in at once. */
export const maxPools = 16;

/** The name, in commands, of a model that a pool offers, as ids of the app's own list have it: "qwen3-8b". */
export const poolModelIdSchema = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);

/** What people read about such a model. */
export const poolModelFactsSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u),
  licence: poolNameSchema,
});

/** Longest and usual life of an invite, in milliseconds. */
export const maxInviteLifeMs = 30 * 24 * 3_600_000;
export const usualInviteLifeMs = 24 * 3_600_000;

export const maxInviteUses = 1000;

/** The beginning of invites, which have the form of deep links. */
export const inviteLinkStart = 'mindmesh://join/';

/** Windows passes on addresses of less than 2084 characters. */
export const maxInviteLink = 2048;

const poolMemberSchema = z.object({
  peer: z.string(),
  name: z.string(),
  role: poolRoleSchema,
  /** Whether this is this node. */
  isSelf: z.boolean(),
  connected: z.boolean(),
  issuedAt: z.number(),
  expiresAt: z.number(),
});
export type PoolMember = z.infer<typeof poolMemberSchema>;

export const poolInviteSchema = z.object({
  id: z.string(),
  role: poolRoleSchema,
  usesLeft: z.int(),
  expiresAt: z.number(),
});
export type PoolInvite = z.infer<typeof poolInviteSchema>;

export const poolSchema = z.object({
  id: poolIdSchema,
  name: z.string(),
  /** State of this machine's membership; `early`: its certificate is from the future by this machine's clock. */
  state: z.enum(['active', 'removed', 'expired', 'early']),
  /** Role of this machine. */
  role: poolRoleSchema,
  /** Whether this node holds the pool's key. */
  isOwner: z.boolean(),
  /** Dates of this machine's certificate. */
  issuedAt: z.number(),
  expiresAt: z.number(),
  /** Members with a valid certificate that this node knows. */
  members: lenientList(poolMemberSchema, 'members of a pool'),
  /** Open invites of this node. */
  invites: lenientList(poolInviteSchema, 'invites of a pool'),
});
export type Pool = z.infer<typeof poolSchema>;
