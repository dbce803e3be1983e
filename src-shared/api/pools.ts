/** Methods for the pools of this machine. */
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

/** A pool by its id, its name, or the end of its id; may be absent where there is only one pool. */
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
      /** The name of this machine for other members; absent: the end of its peer id. */
      member: poolNameSchema.optional(),
    }),
    result: poolSchema,
    // The node tries to reach the inviting node for up to ten seconds.
    deadlineMs: 30_000,
    passedOn: true,
  },
  /** The content of an invite, for a person to decide by. The inviting node has signed it, and no peer is asked. */
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
      /** Address of the same GGUF file on the web; absent: members get it from each other. */
      url: z
        .url({ protocol: /^https$/ })
        .max(1000)
        .optional(),
    }),
    result: z.object({ pool: z.string(), id: poolModelIdSchema, manifestId: manifestIdSchema }),
    // The whole file of the model may have to be read for its hash.
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
      /** The owner accepts that nobody can appoint or remove admins any more. */
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
