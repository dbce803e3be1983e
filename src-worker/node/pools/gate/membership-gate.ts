/**
 * Decides which connections get in. Wrapped around the encryption of every connection, so that the authorisation handshake comes before the
 * multiplexer, and a stranger to a node with `poolOnly` never gets to open a stream. The connection gater beside it bounds what
 * strangers may hold open meanwhile, and asks once more in the end.
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
import type { JoinAnswer } from './auth-messages.ts';
import { membershipText } from '../membership/certificate.ts';
import { JoinPace } from './join-pace.ts';
import type { Pools } from '../membership/pools.ts';
import { openRevocation } from '../membership/revocation.ts';
import type { StatementText } from '../membership/statement.ts';

/**
 * Incoming connections that are not authorised yet, of one address and in all. A house or a lab is one address, and
 * its nodes come at once after a power cut.
 */
const maxHalfOpenPerHost = 24;
const maxHalfOpen = 64;

export type MembershipGateOptions = {
  readonly identity: Identity;
  /** Absent for a node that is in none and wants none. */
  readonly pools: Pools | undefined;
  /** At first; see `isPoolOnly`. */
  readonly poolOnly: boolean;
};

type PendingJoin = {
  readonly request: JoinRequest;
  readonly answered: PromiseWithResolvers<JoinAnswer>;
};

export class MembershipGate implements ConnectionGate {
  readonly maxHalfOpen = maxHalfOpen;
  /** Whether only members get in. Connected peers stay until the pools check them again. */
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
   * Presents an invite on the next connection that this node opens to the inviter; `connect` has to open a new one. The
   * connection ends afterwards, so that `connect` fails in any case.
   * @throws AppError `peer-failed` when there was no connection, `request-invalid` while a join there is under way
   */
  async join(
    inviter: string,
    request: JoinRequest,
    connect: () => Promise<unknown>,
  ): Promise<JoinAnswer> {
    if (this.#joins.has(inviter)) {
      throw new AppError(
        'request-invalid',
        'This machine is joining there already. Wait a moment.',
      );
    }
    const answered = Promise.withResolvers<JoinAnswer>();
    this.#joins.set(inviter, { request, answered });
    try {
      const isWaiting = (): boolean => this.#joins.get(inviter)?.answered === answered;
      return await Promise.race([answered.promise, failureOf(connect, isWaiting)]);
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
          onJoinAnswer: (answer) => join?.answered.resolve(answer),
          admit: (request) => this.#admit(secured.remotePeer, connection, request),
        },
        signal,
      );
      return secured;
    } catch (error) {
      join?.answered.reject(error);
      throw error;
    }
  }

  /** Believed for its signature, not for who tells it. */
  async #revoked(text: StatementText, from: string): Promise<void> {
    const { pools } = this.#options;
    try {
      const revocation = await openRevocation(text);
      const pool = pools?.get(revocation.entry.value.pool);
      if (pool !== undefined) {
        pools?.addRevocation(pool, revocation, from);
      }
    } catch {
      // A peer that lies is refused by its own verdict anyway.
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
  ): Promise<JoinAnswer> {
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

/** Only ever rejects, with why there was no connection. One that served its purpose has told so before. */
async function failureOf(
  connect: () => Promise<unknown>,
  isWaiting: () => boolean,
): Promise<never> {
  try {
    // libp2p may join another caller's attempt that had its handshake already.
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
