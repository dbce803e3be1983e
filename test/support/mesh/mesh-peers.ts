/** Peers for tests of the mesh: real libp2p on 127.0.0.1, in folders of their own, all removed after the test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Libp2p } from '@libp2p/interface';
import { onTestFinished } from 'vitest';
import type { ErrorCode, ErrorReport } from '../../../src-shared/errors.ts';
import { type Identity, loadIdentity } from '../../../src-worker/node/identity/identity.ts';
import { buildLibp2p, startLibp2p } from '../../../src-worker/node/mesh/transport/libp2p.ts';
import {
  createPoolMesh,
  type PoolMesh,
  type PoolMeshOptions,
} from '../../../src-worker/node/pools/pool-mesh.ts';
import { MembershipGate } from '../../../src-worker/node/pools/gate/membership-gate.ts';
import { PeerChannels } from '../../../src-worker/node/mesh/channels/peer-channels.ts';

export const anyLocalPort = '/ip4/127.0.0.1/tcp/0';

/** A folder that lives as long as the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mindmesh-mesh-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The gate of a node that is in no pool, which lets every peer in. */
export function openGate(identity: Identity): MembershipGate {
  return new MembershipGate({ identity, pools: undefined, poolOnly: false });
}

export type ChannelPeer = {
  readonly libp2p: Libp2p;
  readonly channels: PeerChannels;
  readonly addresses: readonly string[];
};

/** A peer with channels alone: no records, no keeper. Reports of its channels are added to the list. */
export async function startChannelPeer(reported: ErrorReport[] = []): Promise<ChannelPeer> {
  const identity = await loadIdentity(await testFolder(), () => {});
  const libp2p = await buildLibp2p({
    identity,
    gate: openGate(identity),
    listen: [anyLocalPort],
  });
  await startLibp2p(libp2p);
  onTestFinished(() => libp2p.stop());
  const channels = new PeerChannels(libp2p, (_level, _message, details) => {
    reported.push({ code: details?.['code'] as ErrorCode, message: String(details?.['reason']) });
  });
  return { libp2p, channels, addresses: libp2p.getMultiaddrs().map(String) };
}

/** A whole mesh. By default it has any local port, no peers, no mDNS, and serves nothing. */
export async function startMesh(options: Partial<PoolMeshOptions> = {}): Promise<PoolMesh> {
  const mesh = await createPoolMesh({
    dataFolder: options.dataFolder ?? (await testFolder()),
    listen: [anyLocalPort],
    staticPeers: [],
    mdns: false,
    describe: () => ({ state: 'serving', models: [], shards: [] }),
    log: () => {},
    ...options,
  });
  onTestFinished(() => mesh.stop());
  return mesh;
}
