/**
 * Exchanges changes of pools between members, /mindmesh/pool-news/1.0.0. Each side opens one channel to the other and
 * sends on it:
 *
 *   digest       a hash of everything that it knows of a pool; a receiver with another digest replies on the same channel
 *   want         with the pool's id, and is then sent
 *   certificate  all memberships,
 *   revocation   all revocations,
 *   model        and all models that the pool offers or has withdrawn
 *
 * A new item is passed on to every connected member of its pool except the sender; a known item is not passed on.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { poolIdSchema } from '../../../src-shared/pool.ts';
import type { Frame, FrameLimits } from '../../wire/frame.ts';
import { decodeJson, encodeJson } from '../../wire/json-body.ts';
import type { Channel, ChannelOpener } from '../mesh/channels/channel.ts';
import {
  type Membership,
  membershipText,
  membershipTextSchema,
  openMembership,
} from './membership/certificate.ts';
import type { JoinedPool } from './membership/joined-pool.ts';
import type { PoolNewsItem, Pools } from './membership/pools.ts';
import { openPoolModel, type PoolModel } from './membership/pool-model.ts';
import { openRevocation, type Revocation } from './membership/revocation.ts';
import { statementText, statementTextSchema } from './membership/statement.ts';

export const newsProtocol = '/mindmesh/pool-news/1.0.0';

/** The name of these messages, for errors. */
const what = 'News of a pool';

const kinds = { digest: 1, want: 2, certificate: 3, revocation: 4, model: 5 } as const;

const digestSchema = z.strictObject({ pool: poolIdSchema, digest: z.string().max(64) });
const wantSchema = z.strictObject({ pool: poolIdSchema });

const sentLimits = new Map<number, number>([
  [kinds.digest, 256],
  [kinds.certificate, 4200],
  [kinds.revocation, 6000],
  [kinds.model, 8400],
]);
const newsLimits: FrameLimits = (kind) => sentLimits.get(kind);
const replyLimits: FrameLimits = (kind) => (kind === kinds.want ? 256 : undefined);

/** How often digests are compared, in case a message got lost. */
const compareEveryMs = 30_000;

/**
 * After the digest of a peer differed, this node sends its own digests this much later, in milliseconds. The peer may have
 * ignored earlier ones because it did not know yet that this node is a member, as just after joining.
 */
const greetBackAfterMs = 500;
/** Least time between two such replies to one peer, in milliseconds, because some differences are permanent. */
const greetBackEveryMs = 10_000;

/** Most items of one member that are verified in a second. Verifying one takes up to half a millisecond. */
const itemsPerSecond = 200;

/** A peer has one channel to this node, and briefly a second one when it reconnects. */
const maxInboundChannels = 2;

export class PoolNews {
  readonly #opener: ChannelOpener;
  readonly #pools: Pools;
  readonly #links = new Map<string, Promise<Channel | undefined>>();
  readonly #stopping = new AbortController();
  /** Peers that were recently sent digests in reply, or will be soon. */
  readonly #greetedBack = new Map<
    string,
    { readonly at: number; readonly timer: NodeJS.Timeout }
  >();
  #timer: NodeJS.Timeout | undefined;

  constructor(opener: ChannelOpener, pools: Pools) {
    this.#opener = opener;
    this.#pools = pools;
  }

  async start(): Promise<void> {
    await this.#opener.handle(newsProtocol, {
      limits: newsLimits,
      maxInboundChannels,
      onChannel: (channel) => this.#listen(channel),
    });
  }

  /** Sends digests to the connected peers every half minute. */
  follow(connected: () => Iterable<string>): void {
    this.#timer = setInterval(() => {
      for (const peer of connected()) {
        void this.greet(peer);
      }
    }, compareEveryMs).unref();
  }

  /** Sends a connected peer the digests of the pools in common. */
  async greet(peer: string): Promise<void> {
    const pools = this.#pools.sharedWith(peer);
    const channel = pools.length === 0 ? undefined : await this.#link(peer);
    for (const { id, digest } of pools) {
      await send(channel, kinds.digest, { pool: id, digest });
    }
  }

  disconnected(peer: string): void {
    this.#links.delete(peer);
    clearTimeout(this.#greetedBack.get(peer)?.timer);
    this.#greetedBack.delete(peer);
  }

  /**
   * Sends an item to all connected members of its pool. Resolves when it is sent, and, for a removal, when the removed peer
   * has read it.
   */
  async spread(item: PoolNewsItem, connected: Iterable<string>): Promise<void> {
    const gone = 'revocation' in item ? item.revocation.entry.value.peer : undefined;
    const receivers = [...connected].filter(
      (peer) => peer !== item.from && (peer === gone || item.pool.member(peer) !== undefined),
    );
    await Promise.all(
      receivers.map(async (peer) => {
        const channel = await this.#link(peer);
        await sendItem(channel, item);
        if (peer === gone || gone === this.#opener.peer) {
          await farewell(channel);
        }
      }),
    );
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#greetedBack.forEach(({ timer }) => clearTimeout(timer));
    this.#stopping.abort();
  }

  #link(peer: string): Promise<Channel | undefined> {
    let link = this.#links.get(peer);
    if (link === undefined) {
      link = this.#open(peer);
      this.#links.set(peer, link);
    }
    return link;
  }

  /** Opens the channel to a peer; undefined when that fails, and the next greeting tries again. */
  async #open(peer: string): Promise<Channel | undefined> {
    const { signal } = this.#stopping;
    try {
      const channel = await this.#opener.openChannel(peer, newsProtocol, replyLimits, signal);
      channel.onFrame(({ body }) =>
        this.#sendAll(channel, decodeJson(wantSchema, body, what).pool),
      );
      channel.onClose(() => this.#links.delete(peer));
      return channel;
    } catch {
      this.#links.delete(peer);
      return undefined;
    }
  }

  async #sendAll(channel: Channel, id: string): Promise<void> {
    const pool = this.#shared(channel.peer, id);
    for (const revocation of pool.revocations()) {
      await sendItem(channel, { revocation });
    }
    for (const membership of pool.members()) {
      await sendItem(channel, { membership });
    }
    for (const model of pool.models.all()) {
      await sendItem(channel, { model });
    }
  }

  #listen(channel: Channel): void {
    let nextAt = 0;
    channel.onFrame(async (frame) => {
      await this.#take(channel, frame);
      const now = performance.now();
      nextAt = Math.max(nextAt + 1000 / itemsPerSecond, now - 1000);
      if (nextAt > now) {
        await delay(nextAt - now, undefined, { ref: false });
      }
    });
  }

  async #take(channel: Channel, { kind, body }: Frame): Promise<void> {
    const { peer } = channel;
    if (kind === kinds.digest) {
      const { pool: id, digest } = decodeJson(digestSchema, body, what);
      if (this.#shared(peer, id).digest !== digest) {
        await send(channel, kinds.want, { pool: id });
        this.#greetBack(peer);
      }
    } else if (kind === kinds.revocation) {
      const revocation = await openRevocation(decodeJson(statementTextSchema, body, what));
      this.#pools.addRevocation(this.#shared(peer, revocation.entry.value.pool), revocation, peer);
    } else if (kind === kinds.model) {
      const model = await openPoolModel(decodeJson(statementTextSchema, body, what));
      this.#pools.addModel(this.#shared(peer, model.entry.value.pool), model, peer);
    } else {
      const membership = await openMembership(decodeJson(membershipTextSchema, body, what));
      const { pool } = membership.certificate.value;
      this.#pools.addMembership(this.#shared(peer, pool), membership, peer);
    }
  }

  #greetBack(peer: string): void {
    const now = performance.now();
    const before = this.#greetedBack.get(peer)?.at ?? -greetBackEveryMs;
    if (now - before >= greetBackEveryMs && !this.#stopping.signal.aborted) {
      const timer = setTimeout(() => void this.greet(peer), greetBackAfterMs).unref();
      this.#greetedBack.set(peer, { at: now, timer });
    }
  }

  /** The pool, if the peer is a member too. @throws AppError `unauthorised`, which ends the channel */
  #shared(peer: string, id: string): JoinedPool {
    const pool = this.#pools.sharedWith(peer).find((each) => each.id === id);
    if (pool === undefined) {
      throw new AppError('unauthorised', 'A peer spoke of a pool that it has no part in');
    }
    return pool;
  }
}

type Item =
  | { readonly membership: Membership }
  | { readonly revocation: Revocation }
  | { readonly model: PoolModel };

function sendItem(channel: Channel | undefined, item: Item): Promise<void> {
  if ('membership' in item) {
    return send(channel, kinds.certificate, membershipText(item.membership));
  }
  return 'revocation' in item
    ? send(channel, kinds.revocation, statementText(item.revocation))
    : send(channel, kinds.model, statementText(item.model));
}

async function send(channel: Channel | undefined, kind: number, message: object): Promise<void> {
  try {
    await channel?.send(kind, encodeJson(message));
  } catch {
    // The connection is gone; a new one begins with digests.
  }
}

/** Closes a channel and waits for the peer to close it too, since libp2p drops unsent data when a connection is cut. */
async function farewell(channel: Channel | undefined): Promise<void> {
  if (channel !== undefined) {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    channel.onClose(() => resolve());
    await channel.close();
    await ended;
  }
}
