/** Pools: what the owner does with those of this machine. */
import { z } from 'zod';
import { lenientList } from '../lenient-list.ts';
import { manifestIdSchema } from '../model.ts';
import {
  maxInviteLifeMs,
  maxInviteLink,
  maxInviteUses,
  poolIdSchema,
  poolInviteSchema,
  poolModelIdSchema,
  poolNameSchema,
  poolRoleSchema,
  poolSchema,
  usualInviteLifeMs,
} from '../pool.ts';

/** A pool by its id, its name, or the end of its id; needless with one pool only. */
const poolChoiceSchema = z.string().min(1).max(100).optional();

export const poolMethods = {
  poolCreate: {
    params: z.object({ name: poolNameSchema, member: poolNameSchema.optional() }),
    result: poolSchema,
    deadlineMs: 15_000,
    passedOn: true,
  },
  poolInvite: {
    params: z.object({
      pool: poolChoiceSchema,
      role: poolRoleSchema.default('member'),
      uses: z.int().min(1).max(maxInviteUses).default(1),
      lifeMs: z.int().min(60_000).max(maxInviteLifeMs).default(usualInviteLifeMs),
    }),
    result: poolInviteSchema.extend({ link: z.string(), pool: z.string() }),
    deadlineMs: 15_000,
    passedOn: true,
  },
  poolJoin: {
    params: z.object({
      link: z.string().min(1).max(maxInviteLink),
      /** What other members see of this machine; absent: the end of its peer id. */
      member: poolNameSchema.optional(),
    }),
    result: poolSchema,
    // The inviting node is dialled for up to ten seconds.
    deadlineMs: 30_000,
    passedOn: true,
  },
  /** What an invite says, for its reader to decide by: it is signed by the inviting node, and no peer is asked. */
  poolReadInvite: {
    params: z.object({ link: z.string().min(1).max(maxInviteLink) }),
    result: z.object({
      pool: poolIdSchema,
      name: z.string(),
      role: poolRoleSchema,
      expiresAt: z.number(),
      /** Peer id. */
      inviter: z.string(),
    }),
    deadlineMs: 15_000,
    passedOn: true,
  },
  poolList: {
    params: z.object({}),
    result: lenientList(poolSchema, 'pools'),
    deadlineMs: 15_000,
    passedOn: true,
  },
  /** Removes a member (by name, peer id or the end of it) or closes an invite (by its id). */
  poolRevoke: {
    params: z.object({ pool: poolChoiceSchema, target: z.string().min(1).max(100) }),
    result: z.object({ pool: z.string(), kind: z.enum(['member', 'invite']), name: z.string() }),
    deadlineMs: 15_000,
    passedOn: true,
  },
  /** Offers a model of this machine's library to the members of a pool. */
  poolOffer: {
    params: z.object({
      pool: poolChoiceSchema,
      /** By name, alias or id. */
      model: z.string().min(1).max(200),
      licence: poolNameSchema,
      /** Where the same GGUF file lies on the web; absent: members get it from each other. */
      url: z
        .url({ protocol: /^https$/ })
        .max(1000)
        .optional(),
    }),
    result: z.object({ pool: z.string(), id: poolModelIdSchema, manifestId: manifestIdSchema }),
    // A model's whole file may be read for its hash.
    deadlineMs: null,
    passedOn: true,
  },
  poolWithdraw: {
    params: z.object({ pool: poolChoiceSchema, id: poolModelIdSchema }),
    result: z.object({ pool: z.string(), id: poolModelIdSchema }),
    deadlineMs: 15_000,
    passedOn: true,
  },
  poolLeave: {
    params: z.object({
      pool: z.string().min(1).max(100),
      /** The owner's consent that no admin can be appointed or removed again. */
      forGood: z.boolean().default(false),
    }),
    result: z.object({ id: z.string(), name: z.string() }),
    deadlineMs: 15_000,
    passedOn: true,
  },
} as const;
type PoolMethod = keyof typeof poolMethods;
export type PoolParams<M extends PoolMethod> = z.output<(typeof poolMethods)[M]['params']>;
export type PoolResult<M extends PoolMethod> = z.output<(typeof poolMethods)[M]['result']>;
