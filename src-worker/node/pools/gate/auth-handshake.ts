/** Runs either side of the authorisation handshake (see auth-messages.ts) on one connection. */
import { randomBytes } from 'node:crypto';
import type { MessageStream, PeerId } from '@libp2p/interface';
import { AppError } from '../../../../src-shared/errors.ts';
import type { Identity } from '../../identity/identity.ts';
import { shortName } from '../../identity/peer-name.ts';
import {
  type Hello,
  helloSchema,
  type JoinReply,
  joinReplySchema,
  markOf,
  maxHelloBytes,
  maxJoinReplyBytes,
  maxProofBytes,
  maxVerdictBytes,
  type Proof,
  proofSchema,
  refusalSentences,
  type Side,
  signedBytes,
  type Verdict,
  verdictSchema,
} from './auth-messages.ts';
import { type Membership, membershipText, openMembership } from '../membership/certificate.ts';
import { HandshakeLine } from './handshake-line.ts';
import type { JoinedPool } from '../membership/joined-pool.ts';
import { type StatementText, statementText } from '../membership/statement.ts';

/** Longest time for the whole handshake, in milliseconds. */
const handshakeMs = 5000;

/** How long the refused side may take to read the refusal and disconnect, in milliseconds. */
const farewellMs = 1000;

/** The request of an invited node to the inviting node. */
export type JoinRequest = Omit<NonNullable<Hello['join']>, 'protocol'>;

export type HandshakeOptions = {
  readonly identity: Identity;
  readonly isInitiator: boolean;
  readonly poolOnly: boolean;
  /** This node's active pools. */
  readonly pools: readonly JoinedPool[];
  /** Called with a membership that the peer has proven. Returns false when the pool has no room for it. */
  readonly onProven: (pool: JoinedPool, membership: Membership) => boolean;
  /** Called when the peer reports, with the revocation, that this node was removed. Never rejects. */
  readonly onRevoked: (revocation: StatementText) => Promise<void>;
  /** Set when this node dials to join a pool. */
  readonly join: JoinRequest | undefined;
  /** Called with the reply to `join`. */
  readonly onJoinReply: (reply: JoinReply) => void;
  /** Decides about a peer that wants to join, and returns the reply. */
  readonly admit: (request: JoinRequest) => Promise<JoinReply>;
};

/**
 * Resolves when the peer is authorised, after `onProven` was called for its pools.
 * @throws AppError `unauthorised`, `protocol-violation`, `peer-failed`, `timed-out`; `cancelled` after a join, whose
 * connection ends in any case. The caller ends the connection.
 */
export async function authorise(
  stream: MessageStream,
  remotePeer: PeerId,
  options: HandshakeOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = AbortSignal.timeout(handshakeMs);
  const line = new HandshakeLine(
    stream,
    signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  );
  try {
    await new Handshake(line, remotePeer, options).run();
  } finally {
    line.release();
  }
}

class Handshake {
  readonly #line: HandshakeLine;
  readonly #remotePeer: PeerId;
  readonly #options: HandshakeOptions;
  readonly #own: Side;
  readonly #peer: string;

  constructor(line: HandshakeLine, remotePeer: PeerId, options: HandshakeOptions) {
    this.#line = line;
    this.#remotePeer = remotePeer;
    this.#options = options;
    this.#peer = remotePeer.toString();
    this.#own = { peer: options.identity.peer, nonce: randomBytes(32).toString('base64url') };
  }

  async run(): Promise<void> {
    const { poolOnly, pools, join } = this.#options;
    this.#line.send({
      protocol: '/mindmesh/pool-auth/1',
      nonce: this.#own.nonce,
      poolOnly,
      marks: pools.map(({ id }) => markOf(id, this.#own.nonce, this.#own.peer)),
      ...(join === undefined ? {} : { join: { protocol: '/mindmesh/pool-join/1', ...join } }),
    } satisfies Hello);
    const hello = await this.#line.read(helloSchema, maxHelloBytes);
    if (join !== undefined) {
      this.#options.onJoinReply(await this.#line.read(joinReplySchema, maxJoinReplyBytes));
      throw new AppError('cancelled', 'The connection has served its purpose');
    }
    if (hello.join !== undefined) {
      await this.#replyToJoin(hello.join);
    }
    const marks = new Set(hello.marks);
    const common = pools.filter(({ id }) => marks.has(markOf(id, hello.nonce, this.#peer)));
    const isRequired = poolOnly || hello.poolOnly;
    if (common.length > 0) {
      await this.#proveEachOther(common, { peer: this.#peer, nonce: hello.nonce }, isRequired);
    } else if (isRequired) {
      await this.#refuseStranger(hello.poolOnly);
    }
  }

  async #proveEachOther(
    common: readonly JoinedPool[],
    other: Side,
    isRequired: boolean,
  ): Promise<void> {
    const { identity } = this.#options;
    const signature = await identity.privateKey.sign(signedBytes(this.#own, other));
    this.#line.send({
      memberships: common.map(({ own }) => membershipText(own)),
      signature: Buffer.from(signature).toString('base64url'),
    } satisfies Proof);
    const proof = await this.#line.read(proofSchema, maxProofBytes);
    const objection = await this.#objectionTo(proof, common, other);
    const verdict = verdictOn(objection, isRequired);
    this.#line.send(verdict);
    const { refusal, revocation } = await this.#line.read(verdictSchema, maxVerdictBytes);
    if (revocation !== undefined) {
      await this.#options.onRevoked(revocation);
    }
    if (refusal !== undefined) {
      throw new AppError(
        'unauthorised',
        `Peer ${shortName(this.#peer)} refuses: ${refusalSentences[refusal]}`,
      );
    }
    if (verdict.refusal !== undefined) {
      await this.#line.ended(farewellMs);
      throw this.#notAMember();
    }
  }

  /** Checks the peer's proof and passes its memberships on; returns the refusal when none of them counts. */
  async #objectionTo(
    proof: Proof,
    common: readonly JoinedPool[],
    other: Side,
  ): Promise<Verdict | undefined> {
    await this.#checkSignature(proof, other);
    let objection: Verdict = { refusal: 'stranger' };
    let isMember = false;
    for (const text of proof.memberships.slice(0, common.length)) {
      const membership = await openMembership(text);
      const pool = common.find(({ id }) => id === membership.certificate.value.pool);
      const refusal = pool?.objectionTo(membership, this.#peer);
      if (pool === undefined || refusal === 'stranger') {
        continue;
      }
      if (refusal === undefined) {
        isMember = this.#options.onProven(pool, membership) || isMember;
        objection = { refusal: 'full' };
      } else {
        const revocation = pool.revocationOf(membership);
        objection =
          revocation === undefined
            ? { refusal }
            : { refusal, revocation: statementText(revocation) };
      }
    }
    return isMember ? undefined : objection;
  }

  async #checkSignature(proof: Proof, other: Side): Promise<void> {
    const signature = Buffer.from(proof.signature, 'base64url');
    const { publicKey } = this.#remotePeer;
    const isRight = await publicKey?.verify(signedBytes(other, this.#own), signature);
    if (isRight !== true) {
      throw new AppError('protocol-violation', 'A peer cannot sign for who it says it is');
    }
  }

  async #replyToJoin(join: NonNullable<Hello['join']>): Promise<never> {
    const { pool, secret, name } = join;
    const reply = await this.#options.admit({
      pool,
      secret,
      ...(name === undefined ? {} : { name }),
    });
    this.#line.send(reply);
    await this.#line.ended(farewellMs);
    throw new AppError('cancelled', 'The connection has served its purpose');
  }

  /** Ends a connection without a common pool. Both sides decide this from the same hellos, so no message is needed. */
  async #refuseStranger(isRefused: boolean): Promise<never> {
    if (!this.#options.isInitiator) {
      // A side that disconnects at once may cause its own hello to be dropped before the other side reads it.
      await this.#line.ended(farewellMs);
    }
    throw isRefused
      ? new AppError(
          'unauthorised',
          `Peer ${shortName(this.#peer)} refuses: ${refusalSentences.stranger}`,
        )
      : this.#notAMember();
  }

  #notAMember(): AppError {
    return new AppError(
      'unauthorised',
      `Peer ${shortName(this.#peer)} is no member of a pool of this machine`,
    );
  }
}

/** The verdict for a peer. Where membership is not required, it has only the revocation of a peer that was removed. */
function verdictOn(objection: Verdict | undefined, isRequired: boolean): Verdict {
  const { revocation } = objection ?? {};
  const news = revocation === undefined ? {} : { revocation };
  return isRequired ? (objection ?? {}) : news;
}
