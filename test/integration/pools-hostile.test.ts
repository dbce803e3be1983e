/**
 * Peers that try to get into a pool without being let in: with forged, stolen and replayed documents, garbage and
 * lies.
 */
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { withoutPeer } from '../../src-worker/node/mesh/addresses.ts';
import type { Identity } from '../../src-worker/node/identity/identity.ts';
import { buildLibp2p, startLibp2p } from '../../src-worker/node/mesh/transport/libp2p.ts';
import type { PoolMesh } from '../../src-worker/node/pools/pool-mesh.ts';
import {
  joinReplySchema,
  maxJoinReplyBytes,
  maxVerdictBytes,
  type Proof,
  signedBytes,
  type Verdict,
  verdictSchema,
} from '../../src-worker/node/pools/gate/auth-messages.ts';
import {
  type Membership,
  membershipText,
  type MembershipText,
} from '../../src-worker/node/pools/membership/certificate.ts';
import { inviteLink } from '../../src-worker/node/pools/membership/invite.ts';
import { MembershipGate } from '../../src-worker/node/pools/gate/membership-gate.ts';
import type { Pools } from '../../src-worker/node/pools/membership/pools.ts';
import { issueRevocation } from '../../src-worker/node/pools/membership/revocation.ts';
import { poolModelKind } from '../../src-worker/node/pools/membership/pool-model.ts';
import { issueStatement, statementText } from '../../src-worker/node/pools/membership/statement.ts';
import { anyLocalPort, startMesh, testFolder } from '../support/mesh/mesh-peers.ts';
import { attackNode, helloOf, readHello } from '../support/pools/pool-attacker.ts';
import { membershipOf, someKey } from '../support/pools/pool-keys.ts';
import { admit, isConnected, startPoolNode, startTarget } from '../support/pools/pool-nodes.ts';

const day = 24 * 3_600_000;

/** Runs the handshake with these documents; `sign` changes the bytes that are signed. */
async function present(
  target: PoolMesh,
  pool: string,
  identity: Identity,
  papers: readonly MembershipText[],
  signer: Identity = identity,
): Promise<Verdict> {
  return attackNode(
    target,
    async (line) => {
      const hello = helloOf(identity.peer, [pool]);
      line.send(hello);
      const { nonce } = await readHello(line);
      const signed = signedBytes(
        { peer: signer.peer, nonce: hello.nonce },
        { peer: target.peer, nonce },
      );
      const signature = Buffer.from(await signer.privateKey.sign(signed)).toString('base64url');
      line.send({ memberships: [...papers], signature } satisfies Proof);
      await line.read(z.unknown(), 100_000);
      line.send({});
      return line.read(verdictSchema, maxVerdictBytes);
    },
    identity,
  );
}

describe('papers', () => {
  it('of a member let it in, so that these tests can fail', async () => {
    const { owner, pool, member } = await startTarget();
    const papers = membershipText(await membershipOf(pool, member.peer));
    expect(await present(owner, pool.peer, member, [papers])).toEqual({});
  });

  it.each<[string, (pool: Identity, self: Identity) => Promise<Membership>, string]>([
    [
      'that were stolen from a member',
      async (pool) => membershipOf(pool, (await someKey()).peer),
      'stranger',
    ],
    [
      'that have expired',
      (pool, self) => membershipOf(pool, self.peer, { at: Date.now() - 181 * day }),
      'expired',
    ],
    [
      'that are not valid yet',
      (pool, self) => membershipOf(pool, self.peer, { at: Date.now() + day }),
      'expired',
    ],
    ['of another pool', async (_, self) => membershipOf(await someKey(), self.peer), 'stranger'],
  ])('%s let no peer in', async (_, make, refusal) => {
    const { owner, pool } = await startTarget();
    const self = await someKey();
    const papers = membershipText(await make(pool, self));
    expect(await present(owner, pool.peer, self, [papers])).toEqual({ refusal });
    expect(owner.pools.list()[0]?.members).toHaveLength(1);
  });

  it('that were forged end the connection at once', async () => {
    const { owner, pool } = await startTarget();
    const self = await someKey();
    const forged = membershipText(
      await membershipOf({ privateKey: self.privateKey, peer: pool.peer }, self.peer),
    );
    await expect(present(owner, pool.peer, self, [forged])).rejects.toMatchObject({
      code: 'peer-failed',
    });
  });

  it('need a signature over this very connection', async () => {
    const { owner, pool, member } = await startTarget();
    const papers = membershipText(await membershipOf(pool, member.peer));
    await expect(
      present(owner, pool.peer, member, [papers], await someKey()),
    ).rejects.toMatchObject({ code: 'peer-failed' });
    // The messages of an earlier connection, byte for byte.
    const said: Proof[] = [];
    const speak = (proof: Proof | undefined): Promise<Verdict> =>
      attackNode(
        owner,
        async (line) => {
          const hello = helloOf(member.peer, [pool.peer]);
          line.send(hello);
          const { nonce } = await readHello(line);
          const signed = signedBytes(
            { peer: member.peer, nonce: hello.nonce },
            { peer: owner.peer, nonce },
          );
          const signature = Buffer.from(await member.privateKey.sign(signed)).toString('base64url');
          const now = proof ?? { memberships: [papers], signature };
          said.push(now);
          line.send(now);
          await line.read(z.unknown(), 100_000);
          line.send({});
          return line.read(verdictSchema, maxVerdictBytes);
        },
        member,
      );
    expect(await speak(undefined)).toEqual({});
    await expect(speak(said[0])).rejects.toMatchObject({ code: 'peer-failed' });
  });

  it('of a pool that the peer is told nothing of prove nothing', async () => {
    const { owner } = await startTarget();
    const self = await someKey();
    const marks = await attackNode(owner, async (line) => {
      line.send(helloOf(self.peer, [(await someKey()).peer]));
      return (await readHello(line)).marks;
    });
    // A stranger only learns that there is a pool.
    expect(marks).toHaveLength(1);
  });
});

describe('a stranger to a node for its pools alone', () => {
  it.each(['tls', 'noise'] as const)('over %s gets no protocol before it is let in', async (by) => {
    const { owner } = await startTarget();
    const bytes = await attackNode(
      owner,
      async (line, stream) => {
        await readHello(line);
        line.release();
        let received = 0;
        stream.addEventListener('message', ({ data }) => {
          received += data.byteLength;
        });
        // yamux's ping and a new stream, and identify's name in it.
        stream.send(Buffer.from('000200010000000000000007000000010000000100000000', 'hex'));
        stream.send(Buffer.from('/multistream/1.0.0\n/ipfs/id/1.0.0\n'));
        await once(stream, 'close');
        return received;
      },
      undefined,
      by,
    );
    expect(bytes).toBe(0);
  });

  it.each<[string, Buffer]>([
    ['an endless message', Buffer.from('ffffffff', 'hex')],
    ['no JSON', Buffer.from('0000000168', 'hex')],
    ['something else in JSON', Buffer.from('00000002' + Buffer.from('[]').toString('hex'), 'hex')],
    ['deep JSON', Buffer.concat([Buffer.from('00000400', 'hex'), Buffer.alloc(1024, '[')])],
    ['an empty message', Buffer.alloc(4)],
  ])('that sends %s loses its connection, and nothing else happens', async (_, bytes) => {
    const { owner } = await startTarget();
    await attackNode(owner, async (_line, stream) => {
      const closed = once(stream, 'close');
      stream.send(bytes);
      await closed;
    });
    await admit(await startPoolNode(), owner, 'friend');
    expect(owner.knownPeers()).toHaveLength(1);
  });

  it('that says nothing is disconnected after five seconds', async () => {
    const { owner } = await startTarget();
    const begun = performance.now();
    await attackNode(owner, async (_line, stream) => {
      await once(stream, 'close');
    });
    expect(performance.now() - begun).toBeGreaterThan(4500);
    expect(performance.now() - begun).toBeLessThan(7000);
  });

  it('that guesses invites is told to wait', async () => {
    const { owner, pool } = await startTarget();
    const refusals: (string | undefined)[] = [];
    for (let guess = 0; guess < 10; guess += 1) {
      const join = {
        protocol: '/mindmesh/pool-join/1' as const,
        pool: pool.peer,
        secret: String(guess).padStart(22, 'A'),
      };
      const reply = await attackNode(owner, async (line) => {
        line.send(helloOf('', [], { join }));
        await readHello(line);
        return line.read(joinReplySchema, maxJoinReplyBytes);
      });
      refusals.push(reply.refusal);
    }
    expect(refusals).toEqual([...Array<string>(8).fill('invite-unknown'), 'busy', 'busy']);
  });
});

/** A peer that admits every peer, and gives it a membership from `make`. */
async function startInviter(
  make: (pool: Identity, joiner: string) => Promise<Membership>,
): Promise<string> {
  const [pool, identity] = [await someKey(), await someKey()];
  const pools = {
    active: () => [],
    redeem: async (_pool: string, _secret: string, joiner: string) => {
      const membership = await make(pool, joiner);
      return { refusal: undefined, membership, inviter: membership };
    },
  };
  const gate = new MembershipGate({ identity, pools: pools as unknown as Pools, poolOnly: false });
  const libp2p = await buildLibp2p({
    identity,
    listen: [anyLocalPort],
    gate,
  });
  await startLibp2p(libp2p);
  onTestFinished(() => libp2p.stop());
  const addresses = libp2p.getMultiaddrs().map((address) => withoutPeer(address.toString()));
  const expiresAt = Date.now() + day;
  return inviteLink(
    {
      pool: pool.peer,
      poolName: 'Friends',
      role: 'member',
      expiresAt,
      secret: 'A'.repeat(22),
      addresses,
    },
    identity.privateKey,
  );
}

describe('an inviter', () => {
  it('that gives what it promised is believed, so that the next tests can fail', async () => {
    const link = await startInviter((pool, joiner) => membershipOf(pool, joiner));
    const node = await startPoolNode();
    expect(await node.pools.join({ link })).toMatchObject({ state: 'active', role: 'member' });
  });

  it.each<[string, (pool: Identity, joiner: string) => Promise<Membership>]>([
    ['of another pool', async (_, joiner) => membershipOf(await someKey(), joiner)],
    ['for somebody else', async (pool) => membershipOf(pool, (await someKey()).peer)],
    [
      'that it may not sign',
      async (pool, joiner) =>
        membershipOf({ privateKey: (await someKey()).privateKey, peer: pool.peer }, joiner),
    ],
  ])('that gives a certificate %s is not believed', async (_, make) => {
    const link = await startInviter(make);
    const dataFolder = await testFolder();
    const node = await startPoolNode({ dataFolder });
    await expect(node.pools.join({ link })).rejects.toMatchObject({
      code: 'peer-failed',
      message: expect.stringContaining('certificate that is not valid'),
    });
    expect(node.pools.list()).toEqual([]);
    expect(await readdir(join(dataFolder, 'pools'))).toEqual([]);
  });

  it('cannot be taken for another one by a link that was changed', async () => {
    const { owner } = await startTarget();
    const { link } = await owner.pools.invite({
      pool: undefined,
      role: 'member',
      uses: 5,
      lifeMs: day,
    });
    const node = await startPoolNode();
    const changed = `${link.slice(0, -4)}AAAA`;
    await expect(node.pools.join({ link: changed })).rejects.toMatchObject({
      code: 'request-invalid',
    });
    expect(node.pools.list()).toEqual([]);
  });
});

describe('a member that tells what is not so', () => {
  const newsProtocol = '/mindmesh/pool-news/1.0.0';
  const kinds = { digest: 1, want: 2, certificate: 3, revocation: 4, model: 5 };

  it.each<[string, number, (pool: Identity, target: PoolMesh) => Promise<object>]>([
    [
      'that the owner was removed',
      kinds.revocation,
      async (pool, target) => {
        const key = await someKey();
        const { serial } = (await membershipOf(pool, target.peer)).certificate.value;
        const entry = { pool: pool.peer, peer: target.peer, serial, at: Date.now() };
        return statementText(await issueRevocation(entry, key.privateKey, undefined));
      },
    ],
    [
      'that its friend is a member too',
      kinds.certificate,
      async (pool) => {
        const key = await someKey();
        const forged = { privateKey: key.privateKey, peer: pool.peer };
        return membershipText(await membershipOf(forged, key.peer));
      },
    ],
    [
      'things of a pool that it is not in',
      kinds.certificate,
      async () => {
        const pool = await someKey();
        return membershipText(await membershipOf(pool, pool.peer));
      },
    ],
    [
      'that the pool offers a model',
      kinds.model,
      async (pool) => {
        const key = await someKey();
        const model = {
          name: 'Bait',
          licence: 'MIT',
          quantisation: 'Q8_0',
          sizeBytes: 1,
          manifestId: 'a'.repeat(64),
        };
        const entry = { pool: pool.peer, id: 'bait', at: Date.now(), model };
        return statementText(await issueStatement(poolModelKind, entry, key.privateKey, undefined));
      },
    ],
    ['nonsense', kinds.digest, async () => await Promise.resolve({ pool: 'x' })],
  ])('%s loses its channel and changes nothing', async (_, kind, make) => {
    const { owner, pool } = await startTarget();
    const member = await startPoolNode();
    await admit(member, owner, 'friend');
    const signal = AbortSignal.timeout(5000);
    const channel = await member.openChannel(owner.peer, newsProtocol, () => 256, signal);
    const closed = new Promise((resolve) => {
      channel.onClose(resolve);
    });
    await channel.send(kind, Buffer.from(JSON.stringify(await make(pool, owner))));
    expect(await closed).toMatchObject({ code: 'peer-failed' });
    expect(owner.pools.list()).toMatchObject([{ state: 'active', members: [{}, {}] }]);
    expect(owner.pools.offered()).toEqual([]);
    expect(isConnected(owner, member)).toBe(true);
  });
});

describe('a public node', () => {
  it('that is in no pool lets no peer join one', async () => {
    const node = await startMesh();
    const pool = await someKey();
    const join = {
      protocol: '/mindmesh/pool-join/1' as const,
      pool: pool.peer,
      secret: 'A'.repeat(22),
    };
    const reply = await attackNode(node, async (line) => {
      line.send(helloOf('', [], { join }));
      await readHello(line);
      return line.read(joinReplySchema, maxJoinReplyBytes);
    });
    expect(reply).toEqual({ refusal: 'invite-unknown' });
  });
});
