/** Pools of real nodes over TCP: joining by an invite, which peers are let in, which are cut off, and what a restart keeps. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDeepLink } from '../../src-main/electron/deep-link.ts';
import type { PoolMesh } from '../../src-worker/node/pools/pool-mesh.ts';
import { readInviteLink } from '../../src-worker/node/pools/membership/invite.ts';
import type { PoolModelFacts } from '../../src-worker/node/pools/membership/pool-model.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { startMesh, testFolder } from '../support/mesh/mesh-peers.ts';
import {
  admit,
  areConnected,
  isConnected,
  linkFrom,
  startPool,
  startPoolNode,
} from '../support/pools/pool-nodes.ts';

const protocol = '/mindmesh/test/1.0.0';
const limits = (): number => 100;

const serving = {
  state: 'serving' as const,
  models: [],
  shards: [
    {
      manifestId: 'a'.repeat(64),
      firstLayer: 0,
      lastLayer: 5,
      freeSessions: 2,
      maxSessions: 8,
      contextLength: 4096,
      tokensPerSecond: 30,
    },
  ],
};

async function open(from: PoolMesh, to: PoolMesh): Promise<void> {
  const signal = AbortSignal.timeout(5000);
  const channel = await from.openChannel(to.peer, protocol, limits, signal, to.addresses());
  await channel.close();
}

async function serve(node: PoolMesh): Promise<void> {
  await node.handle(protocol, { limits, maxInboundChannels: 8, onChannel: () => {} });
}

function memberNames(node: PoolMesh): string[] {
  return node.pools.list().flatMap(({ members }) => members.map(({ name }) => name).toSorted());
}

const ownModel: PoolModelFacts = {
  name: 'Own model',
  licence: 'MIT',
  quantisation: 'Q8_0',
  sizeBytes: 1000,
  manifestId: 'a'.repeat(64),
};

function offered(node: PoolMesh): string[] {
  return node.pools.offered().map(({ id, pool }) => `${id} of ${pool.name}`);
}

describe('the models of a pool', () => {
  it('are offered by its owner and admins alone, and every member hears of them, also later', async () => {
    const { owner, members } = await startPool('member');
    const [member] = members as [PoolMesh];
    const dataFolder = await testFolder();
    const admin = await startPoolNode({ dataFolder });
    await admit(admin, owner, 'admin', 'admin');
    await owner.pools.offer(undefined, 'first', ownModel);
    await admin.pools.offer(undefined, 'second', ownModel);
    const both = ['first of Friends', 'second of Friends'];
    await eventuallyTrue('all hear of both', () =>
      [owner, admin, member].every((node) => offered(node).join() === both.join()),
    );
    const refused = { code: 'unauthorised', message: expect.stringContaining('only admins') };
    await expect(member.pools.offer(undefined, 'third', ownModel)).rejects.toMatchObject(refused);

    await expect(admin.pools.offer(undefined, 'first', null)).rejects.toMatchObject({
      code: 'unauthorised',
      message: expect.stringContaining('Only the owner'),
    });

    const late = await startPoolNode();
    await admit(late, owner, 'late');
    await eventuallyTrue('the late one hears of both', () => offered(late).length === 2);

    await admin.pools.offer(undefined, 'second', null);
    await eventuallyTrue('it is withdrawn', () => offered(late).join() === both[0]);
    await expect(owner.pools.offer(undefined, 'second', null)).rejects.toMatchObject({
      code: 'request-invalid',
    });

    await admin.stop();
    const again = await startPoolNode({ dataFolder });
    expect(offered(again)).toEqual(['first of Friends']);
  });

  it('go with the admin who offered them when the owner removes him', async () => {
    const { owner, members } = await startPool('member');
    const [member] = members as [PoolMesh];
    const admin = await startPoolNode();
    await admit(admin, owner, 'admin', 'admin');
    await admin.pools.offer(undefined, 'second', ownModel);
    await eventuallyTrue('it is heard of', () => offered(member).length === 1);
    await owner.pools.revoke({ pool: undefined, target: 'admin' });
    await eventuallyTrue('it is gone', () => offered(member).length === 0);
    expect(offered(owner)).toEqual([]);
  });
});

describe('a pool', () => {
  it('takes in a peer with an invite, and both sides know each other then', async () => {
    const owner = await startPoolNode();
    const created = await owner.pools.create({ name: 'Friends', member: 'desk' });
    expect(created).toMatchObject({ name: 'Friends', role: 'admin', isOwner: true });
    // The same link opens the window, where there is one.
    expect(parseDeepLink(await linkFrom(owner))).toMatchObject({ kind: 'join' });
    const guest = await startPoolNode();
    const joined = await guest.pools.join({ link: await linkFrom(owner), member: 'laptop' });
    expect(joined).toMatchObject({
      id: created.id,
      name: 'Friends',
      role: 'member',
      isOwner: false,
    });
    await eventuallyTrue('they are connected', () => areConnected(owner, guest));
    await eventuallyTrue('the records came', () =>
      owner.knownPeers().every(({ record }) => record.state === 'serving'),
    );
    expect(memberNames(owner)).toEqual(['desk', 'laptop']);
    expect(memberNames(guest)).toEqual(['desk', 'laptop']);
    await serve(owner);
    await open(guest, owner);
  });

  it('introduces to each other the members who joined by the same node', async () => {
    const { owner, members } = await startPool('one', 'two');
    const [one, two] = members as [PoolMesh, PoolMesh];
    await eventuallyTrue('one knows two', () => memberNames(one).includes('two'));
    await serve(one);
    await open(two, one);
    expect(isConnected(one, two)).toBe(true);
    expect(owner.pools.servers()).toEqual(new Set([one.peer, two.peer]));
  });

  it('closes an invite that has been used up, or that its node took back', async () => {
    const { owner } = await startPool();
    const link = await linkFrom(owner);
    await (await startPoolNode()).pools.join({ link });
    const late = await startPoolNode();
    await expect(late.pools.join({ link })).rejects.toMatchObject({
      code: 'unauthorised',
      message: expect.stringContaining('this invite has been used up'),
    });
    const open = await owner.pools.invite({
      pool: 'Friends',
      role: 'member',
      uses: 5,
      lifeMs: 60_000,
    });
    expect(owner.pools.list()[0]?.invites).toMatchObject([{ id: open.id, usesLeft: 5 }]);
    expect(await owner.pools.revoke({ pool: undefined, target: open.id })).toMatchObject({
      kind: 'invite',
    });
    await expect(late.pools.join({ link: open.link })).rejects.toThrow('does not know this invite');
    expect(late.pools.list()).toEqual([]);
  });

  it('says so when the inviting node is away, and lets in later', async () => {
    const dataFolder = await testFolder();
    const owner = await startPoolNode({ dataFolder });
    await owner.pools.create({ name: 'Friends' });
    const link = await linkFrom(owner);
    const [address = ''] = owner.addresses();
    await owner.stop();
    const node = await startPoolNode();
    await expect(node.pools.join({ link })).rejects.toMatchObject({
      code: 'peer-failed',
      message: expect.stringContaining('cannot be reached now'),
    });
    const listen = [address.replace(/\/p2p\/.*/, '')];
    const again = await startPoolNode({ dataFolder, listen });
    await node.pools.join({ link });
    await eventuallyTrue('they are connected', () => areConnected(again, node));
  });

  it('keeps what is left of an invite over a restart', async () => {
    const dataFolder = await testFolder();
    const first = await startPoolNode({ dataFolder });
    await first.pools.create({ name: 'Friends' });
    const link = await linkFrom(first, { uses: 2 });
    await (await startPoolNode()).pools.join({ link });
    const [address = ''] = first.addresses();
    await first.stop();
    const listen = [address.replace(/\/p2p\/.*/, '')];
    const second = await startPoolNode({ dataFolder, listen });
    expect(second.pools.list()[0]?.invites).toMatchObject([{ usesLeft: 1 }]);
    await (await startPoolNode()).pools.join({ link });
    await expect((await startPoolNode()).pools.join({ link })).rejects.toThrow('used up');
    expect(memberNames(second)).toHaveLength(3);
  });

  it('finds its members again after all of them were away', async () => {
    const folders = [await testFolder(), await testFolder()] as const;
    const owner = await startPoolNode({ dataFolder: folders[0] });
    await owner.pools.create({ name: 'Friends' });
    const member = await startPoolNode({ dataFolder: folders[1] });
    await admit(member, owner, 'laptop');
    const listen = owner.addresses().map((address) => address.replace(/\/p2p\/.*/, ''));
    await Promise.all([owner.stop(), member.stop()]);
    const ownerAgain = await startPoolNode({ dataFolder: folders[0], listen });
    const memberAgain = await startPoolNode({ dataFolder: folders[1] });
    await eventuallyTrue('they are connected', () => areConnected(ownerAgain, memberAgain));
    expect(memberNames(memberAgain)).toHaveLength(2);
  });

  it('keeps its key and state from other users of the machine', async () => {
    const dataFolder = await testFolder();
    const owner = await startPoolNode({ dataFolder });
    const { id } = await owner.pools.create({ name: 'Friends' });
    const link = await linkFrom(owner);
    const folder = join(dataFolder, 'pools');
    expect((await readdir(folder)).toSorted()).toEqual([`${id}.json`, `${id}.key`]);
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
    }
    const { secret } = await readInviteLink(link, Date.now());
    expect(await readFile(join(folder, `${id}.json`), 'utf8')).not.toContain(secret);
  });

  it('is set aside when its file is damaged, and the node starts all the same', async () => {
    const dataFolder = await testFolder();
    const owner = await startPoolNode({ dataFolder });
    const { id } = await owner.pools.create({ name: 'Friends' });
    await owner.stop();
    const path = join(dataFolder, 'pools', `${id}.json`);
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, -20));
    const messages: string[] = [];
    const again = await startPoolNode({
      dataFolder,
      log: (level, message) => messages.push(`${level}: ${message}`),
    });
    expect(again.pools.list()).toEqual([]);
    expect(messages.join('\n')).toMatch(
      /error: The pool file .* cannot be read.*kept as .*damaged-/,
    );
    expect(await readdir(join(dataFolder, 'pools'))).toHaveLength(2);
  });
});

describe('a node for its pools alone', () => {
  it('gives a stranger nothing', async () => {
    const { owner, members } = await startPool('one');
    await serve(owner);
    const stranger = await startMesh({ staticPeers: owner.addresses() });
    await expect(open(stranger, owner)).rejects.toMatchObject({
      code: 'peer-failed',
      message: expect.stringContaining('talks only to members of its pools'),
    });
    expect(stranger.knownPeers()).toEqual([]);
    expect(owner.knownPeers().map(({ peer }) => peer)).toEqual(members.map(({ peer }) => peer));
  });

  it('does not talk to a public node that it finds either', async () => {
    const stranger = await startMesh({ describe: () => serving });
    await serve(stranger);
    const { owner } = await startPool();
    await expect(open(owner, stranger)).rejects.toThrow('is no member of a pool of this machine');
    expect([owner.knownPeers(), stranger.knownPeers()]).toEqual([[], []]);
  });

  it('refuses members of another pool of the same name', async () => {
    const { owner } = await startPool();
    const { owner: other, members } = await startPool('one');
    await serve(owner);
    for (const node of [other, ...members]) {
      await expect(open(node, owner)).rejects.toMatchObject({ code: 'peer-failed' });
    }
    expect(owner.knownPeers()).toEqual([]);
  });

  it('lets no peer in while it is in no pool', async () => {
    const alone = await startPoolNode();
    const { owner } = await startPool();
    await serve(alone);
    await expect(open(owner, alone)).rejects.toMatchObject({ code: 'peer-failed' });
    await expect(open(await startMesh(), alone)).rejects.toMatchObject({ code: 'peer-failed' });
  });

  it('uses nothing that a guest offers, and answers it all the same', async () => {
    const { owner } = await startPool();
    const guest = await startPoolNode({ describe: () => serving });
    await admit(guest, owner, 'visitor', 'guest');
    await eventuallyTrue('the record came', () =>
      owner.knownPeers().some(({ record }) => record.sequence > 0),
    );
    expect(owner.knownPeers()).toMatchObject([{ peer: guest.peer, record: { shards: [] } }]);
    expect(owner.pools.servers().has(guest.peer)).toBe(false);
    await serve(owner);
    await open(guest, owner);
  });
});

describe('a public node that is in a pool', () => {
  it('talks to all peers and knows which of them are members', async () => {
    const owner = await startMesh();
    await owner.pools.create({ name: 'Friends' });
    const stranger = await startMesh({ staticPeers: owner.addresses() });
    const member = await startMesh({ staticPeers: owner.addresses() });
    await eventuallyTrue('both are there', () => owner.knownPeers().length === 2);
    // The two are connected already, as strangers.
    await member.pools.join({ link: await linkFrom(owner) });
    expect(owner.pools.servers()).toEqual(new Set([member.peer]));
    expect(member.pools.servers()).toEqual(new Set([owner.peer]));
    expect(isConnected(owner, stranger)).toBe(true);
  });
});

describe('a member that is removed while connected', () => {
  it('is cut off within five seconds by every peer it is connected to, and does not come back', async () => {
    const { owner, members } = await startPool('one', 'two', 'three');
    const [one, two, three] = members as [PoolMesh, PoolMesh, PoolMesh];
    await Promise.all(members.map(serve));
    await eventuallyTrue('all know three', () =>
      [one, two].every((node) => memberNames(node).includes('three')),
    );
    await open(three, one);
    await open(three, two);
    const begun = performance.now();
    expect(await owner.pools.revoke({ pool: undefined, target: 'three' })).toEqual({
      pool: 'Friends',
      kind: 'member',
      name: 'three',
    });
    await eventuallyTrue('three is cut off', () =>
      [owner, one, two].every((node) => !isConnected(node, three)),
    );
    expect(performance.now() - begun).toBeLessThan(5000);
    for (const node of [owner, one, two]) {
      expect(memberNames(node)).toEqual(['one', 'owner', 'two']);
      await expect(open(three, node)).rejects.toMatchObject({ code: 'peer-failed' });
      expect(node.knownPeers().some(({ peer }) => peer === three.peer)).toBe(false);
    }
    // The member was told before it was disconnected.
    expect(three.pools.list()).toMatchObject([{ state: 'removed' }]);
    await open(two, one);
  });

  it('comes back with a new invite, not with the one that let it in', async () => {
    const { owner } = await startPool();
    const link = await linkFrom(owner, { uses: 3 });
    const node = await startPoolNode();
    await node.pools.join({ link, member: 'one' });
    await owner.pools.revoke({ pool: undefined, target: 'one' });
    await eventuallyTrue('it knows', () => node.pools.list()[0]?.state === 'removed');
    await expect(node.pools.join({ link })).rejects.toThrow('was removed from its pool');
    await admit(node, owner, 'one again');
    expect(memberNames(owner)).toEqual(['one again', 'owner']);
  });

  it('is refused by a member that only hears of it from another one', async () => {
    const folder = await testFolder();
    const { owner, members } = await startPool('one');
    const [one] = members as [PoolMesh];
    const away = await startPoolNode({ dataFolder: folder });
    await admit(away, owner, 'away');
    await away.stop();
    const removed = await startPoolNode();
    await admit(removed, owner, 'gone');
    await owner.pools.revoke({ pool: undefined, target: 'gone' });
    await eventuallyTrue('one knows', () => !memberNames(one).includes('gone'));
    await owner.stop();
    const back = await startPoolNode({ dataFolder: folder });
    await serve(back);
    await serve(one);
    await open(back, one);
    await eventuallyTrue('the digests agree', () => !memberNames(back).includes('gone'));
    await expect(open(removed, back)).rejects.toMatchObject({ code: 'peer-failed' });
  });
});

describe('admins', () => {
  it('invite and remove members, but neither appoint nor remove admins', async () => {
    const { owner } = await startPool();
    const admin = await startPoolNode();
    await admit(admin, owner, 'admin', 'admin');
    const member = await startPoolNode();
    await admit(member, admin, 'member');
    await eventuallyTrue('the owner knows', () => memberNames(owner).includes('member'));
    await serve(owner);
    await open(member, owner);
    await expect(linkFrom(admin, { role: 'admin' })).rejects.toThrow('Only the owner');
    await expect(admin.pools.revoke({ pool: undefined, target: 'owner' })).rejects.toThrow(
      'Only the owner',
    );
    await expect(linkFrom(member)).rejects.toThrow('only admins invite');
    await expect(member.pools.revoke({ pool: undefined, target: 'admin' })).rejects.toMatchObject({
      code: 'unauthorised',
    });
    await admin.pools.revoke({ pool: undefined, target: 'member' });
    await eventuallyTrue('the owner cut it off', () => !isConnected(owner, member));
  });

  it('take those along whom they let in when the owner removes them', async () => {
    const { owner } = await startPool();
    const admin = await startPoolNode();
    await admit(admin, owner, 'admin', 'admin');
    const member = await startPoolNode();
    await admit(member, admin, 'member');
    await eventuallyTrue('the owner knows', () => memberNames(owner).includes('member'));
    await owner.pools.revoke({ pool: undefined, target: 'admin' });
    expect(memberNames(owner)).toEqual(['owner']);
    await serve(owner);
    await expect(open(member, owner)).rejects.toMatchObject({ code: 'peer-failed' });
  });
});

describe('leaving', () => {
  it('is told to the others, and deletes what the node stored', async () => {
    const { owner } = await startPool();
    const dataFolder = await testFolder();
    const node = await startPoolNode({ dataFolder });
    await admit(node, owner, 'one');
    expect(await node.pools.leave({ pool: 'Friends', forGood: false })).toMatchObject({
      name: 'Friends',
    });
    expect(node.pools.list()).toEqual([]);
    expect(await readdir(join(dataFolder, 'pools'))).toEqual([]);
    await eventuallyTrue('the owner heard', () => memberNames(owner).length === 1);
    await eventuallyTrue('they are apart', () => !isConnected(owner, node));
  });

  it('is refused to an owner who has not confirmed what it means', async () => {
    const { owner } = await startPool();
    await expect(owner.pools.leave({ pool: 'Friends', forGood: false })).rejects.toMatchObject({
      code: 'request-invalid',
      advice: 'leave-for-good',
    });
    await owner.pools.leave({ pool: 'Friends', forGood: true });
    expect(owner.pools.list()).toEqual([]);
  });
});
