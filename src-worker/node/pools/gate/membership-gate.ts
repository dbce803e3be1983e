/**
 * Decides which connections are accepted. The gate wraps the encryption of every connection, so that the authorisation
 * handshake comes before the multiplexer, and a stranger cannot open a stream to a node with `poolOnly`. Its connection
 * gater bounds the unauthorised connections, and checks each connection again after the handshake.
 */
import type {
  ConnectionEncrypter,
  ConnectionGater,
  MessageStream,
  MultiaddrConnection,
  PeerId,
  SecureConnectionOptions,
  SecuredConnection,
} from '@libp2p/interface';
import { AppError } from '../../../../src-shared/errors.ts';
import type { ConnectionGate } from '../../mesh/gate.ts';
import { HostCounts, hostOf } from '../../mesh/transport/host-counts.ts';
import type { Identity } from '../../identity/identity.ts';
import { authorise, type JoinRequest } from './auth-handshake.ts';
import type { JoinReply } from './auth-messages.ts';
import { membershipText } from '../membership/certificate.ts';
import { JoinPace } from './join-pace.ts';
import type { Pools } from '../membership/pools.ts';
import { openRevocation } from '../membership/revocation.ts';
import type { StatementText } from '../membership/statement.ts';

/**
 * Most incoming connections that are not authorised yet, for one address and in total. All nodes of a home or a lab may
 * have one address, and connect at the same time after a power cut.
 */
const maxHalfOpenPerHost = 24;
const maxHalfOpen = 64;

export type MembershipGateOptions = {
  readonly identity: Identity;
  /** This node's pools; undefined for a node without pools. */
  readonly pools: Pools | undefined;
  /** The first value of `isPoolOnly`. */
  readonly poolOnly: boolean;
};

type PendingJoin = {
  readonly request: JoinRequest;
  readonly reply: PromiseWithResolvers<JoinReply>;
};

export class MembershipGate implements ConnectionGate {
  readonly maxHalfOpen = maxHalfOpen;
  /** Whether only members are accepted. Connected peers stay until the pools check them again. */
  isPoolOnly: boolean;
  readonly #options: MembershipGateOptions;
  readonly #halfOpen = new HostCounts(maxHalfOpenPerHost, maxHalfOpen);
  readonly #joinPace = new JoinPace();
  /** Joins that wait for a connection to their inviter, by its peer id. */
  readonly #joins = new Map<string, PendingJoin>();
  readonly #hosts = new WeakMap<object, string>();

  constructor(options: MembershipGateOptions) {
    this.#options = options;
    this.isPoolOnly = options.poolOnly;
  }

  get connectionGater(): ConnectionGater {
    return {
      denyInboundConnection: (connection) => this.#deniesIncoming(connection),
      denyInboundUpgradedConnection: (peer, connection) => {
        this.#halfOpen.done(connection);
        return this.#isStranger(peer.toString());
      },
      denyOutboundUpgradedConnection: (peer) => this.#isStranger(peer.toString()),
    };
  }

  guard<Components>(
    makeEncrypter: (components: Components) => ConnectionEncrypter,
  ): (components: Components) => ConnectionEncrypter {
    return (components) => {
      const encrypter = makeEncrypter(components);
      const secureInbound = encrypter.secureInbound.bind(encrypter);
      const secureOutbound = encrypter.secureOutbound.bind(encrypter);
      encrypter.secureInbound = async (connection, options) =>
        this.#authorised(await secureInbound(connection, options), connection, false, options);
      encrypter.secureOutbound = async (connection, options) =>
        this.#authorised(await secureOutbound(connection, options), connection, true, options);
      return encrypter;
    };
  }

  /**
   * Presents an invite on the next connection that this node opens to the inviter, and returns the reply.
   * @param connect opens a new connection; it rejects in any case, because the connection ends after the reply
   * @throws AppError `peer-failed` when there was no connection, `request-invalid` while another join with the inviter runs
   */
  async join(
    inviter: string,
    request: JoinRequest,
    connect: () => Promise<unknown>,
  ): Promise<JoinReply> {
    if (this.#joins.has(inviter)) {
      throw new AppError(
        'request-invalid',
        'This machine is joining there already. Wait a moment.',
      );
    }
    const reply = Promise.withResolvers<JoinReply>();
    this.#joins.set(inviter, { request, reply });
    try {
      const isWaiting = (): boolean => this.#joins.get(inviter)?.reply === reply;
      return await Promise.race([reply.promise, failureOf(connect, isWaiting)]);
    } finally {
      this.#joins.delete(inviter);
    }
  }

  async #authorised(
    secured: SecuredConnection,
    connection: MessageStream,
    isInitiator: boolean,
    { signal }: SecureConnectionOptions = {},
  ): Promise<SecuredConnection> {
    const { identity, pools } = this.#options;
    const peer = secured.remotePeer.toString();
    const join = isInitiator ? this.#takeJoin(peer) : undefined;
    try {
      await authorise(
        secured.connection,
        secured.remotePeer,
        {
          identity,
          isInitiator,
          poolOnly: this.isPoolOnly,
          pools: pools?.active() ?? [],
          onProven: (pool, membership) => {
            pools?.addMembership(pool, membership, peer);
            return pool.member(peer) !== undefined;
          },
          onRevoked: (text) => this.#revoked(text, peer),
          join: join?.request,
          onJoinReply: (reply) => join?.reply.resolve(reply),
          admit: (request) => this.#admit(secured.remotePeer, connection, request),
        },
        signal,
      );
      return secured;
    } catch (error) {
      join?.reply.reject(error);
      throw error;
    }
  }

  /** Stores a revocation of this node. Its signature proves it, whichever peer sends it. */
  async #revoked(text: StatementText, from: string): Promise<void> {
    const { pools } = this.#options;
    try {
      const revocation = await openRevocation(text);
      const pool = pools?.get(revocation.entry.value.pool);
      if (pool !== undefined) {
        pools?.addRevocation(pool, revocation, from);
      }
    } catch {
      // An invalid revocation is ignored; the connection ends by the peer's verdict anyway.
    }
  }

  #takeJoin(peer: string): PendingJoin | undefined {
    const join = this.#joins.get(peer);
    this.#joins.delete(peer);
    return join;
  }

  async #admit(
    peer: PeerId,
    connection: MessageStream,
    { pool, secret, name }: JoinRequest,
  ): Promise<JoinReply> {
    const host = this.#hosts.get(connection) ?? '';
    if (this.#options.pools === undefined || !this.#joinPace.mayTry(host, performance.now())) {
      return { refusal: 'busy' };
    }
    const id = peer.toString();
    const admission = await this.#options.pools.redeem(pool, secret, id, name ?? id.slice(-8));
    if (admission.refusal !== undefined) {
      this.#joinPace.failed(host, performance.now());
      return { refusal: admission.refusal };
    }
    return {
      membership: membershipText(admission.membership),
      inviter: membershipText(admission.inviter),
    };
  }

  #deniesIncoming(connection: MultiaddrConnection): boolean {
    this.#hosts.set(connection, hostOf(connection));
    return !this.#halfOpen.begin(connection);
  }

  #isStranger(peer: string): boolean {
    const { pools } = this.#options;
    return this.isPoolOnly && (pools === undefined || pools.sharedWith(peer).length === 0);
  }
}

/** Connects until the join is no longer waiting. Rejects in any case; after a reply, the caller no longer needs the error. */
async function failureOf(
  connect: () => Promise<unknown>,
  isWaiting: () => boolean,
): Promise<never> {
  try {
    // libp2p may reuse a dial of another caller whose handshake was before this join, so the node dials again.
    for (let attempt = 0; attempt < 3 && isWaiting(); attempt += 1) {
      await connect();
    }
  } catch (error) {
    throw new AppError(
      'peer-failed',
      'The machine that invited you cannot be reached now. It has to run when you join; try again later.',
      { cause: error },
    );
  }
  throw new AppError(
    'peer-failed',
    'The machine that invited you was busy; try again in a moment.',
  );
}
