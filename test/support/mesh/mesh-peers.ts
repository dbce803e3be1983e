/** Peers for tests of the mesh: real libp2p on 127.0.0.1, in folders of their own, all gone after the test. */
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

/** A gate that lets every peer in, of a node that is in no pool. */
export function openGate(identity: Identity): MembershipGate {
  return new MembershipGate({ identity, pools: undefined, poolOnly: false });
}

export type ChannelPeer = {
  readonly libp2p: Libp2p;
  readonly channels: PeerChannels;
  readonly addresses: readonly string[];
};

/** A peer with channels and nothing else: no records, no keeper. What its channels report is added to the list. */
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

/** A whole mesh; what is not said is: any local port, no peers, no mDNS, serving nothing. */
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
