/** Nodes that send and receive model bytes over real connections: libraries, services and counted channels. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { Channel, ChannelOpener } from '../../../src-worker/node/mesh/channels/channel.ts';
import { HeaderStore } from '../../../src-worker/node/headers/header-store.ts';
import { serveHeaders } from '../../../src-worker/node/headers/header-service.ts';
import type { KnownPeer } from '../../../src-worker/node/mesh/records/record.ts';
import { type LibraryModel, ModelLibrary } from '../../../src-worker/node/models/library.ts';
import { ChunkService } from '../../../src-worker/node/transfer/chunk-service.ts';
import type { ChunkSupply, SuppliedModel } from '../../../src-worker/node/transfer/chunk-supply.ts';
import {
  ModelDownloads,
  type ModelDownloadsOptions,
} from '../../../src-worker/node/hosting/model-downloads.ts';
import type { SourceFault } from '../../../src-worker/node/transfer/source-pool.ts';
import { TokenBucket } from '../../../src-worker/node/base/token-bucket.ts';
import { type ChannelPeer, startChannelPeer } from '../mesh/mesh-peers.ts';
import { temporaryFolder } from '../machine/temporary-folder.ts';

/** 6 layers of about 6 MB: a matrix is one and a half chunks. */
export const transferModel = {
  name: 'Random middling',
  layers: 6,
  width: 256,
  heads: 8,
  kvHeads: 4,
  feedForward: 1536,
} as const;

export const someLayers: LayerRange = { firstLayer: 1, lastLayer: 3 };

export type TransferNode = {
  readonly peer: ChannelPeer;
  readonly library: ModelLibrary;
  readonly folder: string;
  readonly service: ChunkService;
  /** Bytes of chunks that were requested of it and sent. */
  readonly given: { bytes: number };
};

export type TransferNodeOptions = {
  readonly upload?: TokenBucket;
  readonly mayServe?: () => boolean;
  /** Changes what the node sends. */
  readonly spoil?: (model: SuppliedModel) => Partial<SuppliedModel>;
};

/** A node that serves its library, which is empty at first. */
export async function startTransferNode(options: TransferNodeOptions = {}): Promise<TransferNode> {
  const peer = await startChannelPeer();
  return { peer, ...(await serveBytes(peer.channels, options)) };
}

/** The same over channels of any kind. */
export async function serveBytes(
  opener: ChannelOpener,
  options: TransferNodeOptions = {},
): Promise<Omit<TransferNode, 'peer'>> {
  const folder = join(await temporaryFolder(), 'models');
  const library = await ModelLibrary.open({ folder, onWarning: () => {} });
  const given = { bytes: 0 };
  const service = new ChunkService({
    opener,
    supply: countedSupply(library, given, options.spoil ?? (() => ({}))),
    upload: options.upload ?? new TokenBucket(null),
    mayServe: options.mayServe ?? (() => true),
    mayHave: () => true,
  });
  await service.start();
  await serveHeaders(opener, {
    mayHave: () => true,
    manifest: (id) => library.list().find((model) => model.manifestId === id)?.manifest,
    headerPath: (id) => library.headerPath(id),
  });
  return { library, folder, service, given };
}

/** A node that has the model's file. */
export async function startOwner(
  path: string,
  options: TransferNodeOptions = {},
): Promise<TransferNode & { readonly model: LibraryModel }> {
  const node = await startTransferNode(options);
  return { ...node, model: await node.library.importModel(path) };
}

export type Fetching = {
  readonly downloads: ModelDownloads;
  readonly faults: SourceFault[];
  /** Bytes of frames that came in, over all channels. */
  readonly received: { bytes: number };
};

/** Lets the node download from these other nodes, to which it connects. */
export async function fetchFrom(
  node: TransferNode,
  model: LibraryModel,
  others: readonly TransferNode[],
  options: Partial<ModelDownloadsOptions> = {},
): Promise<Fetching> {
  const faults: SourceFault[] = [];
  const received = { bytes: 0 };
  for (const other of others) {
    await node.peer.libp2p.dial(other.peer.libp2p.getMultiaddrs());
  }
  const opener = countedOpener(node.peer.channels, received);
  const knownPeers = (): KnownPeer[] =>
    others.map((other) => hosting(other.peer.channels.peer, model));
  const downloads = new ModelDownloads({
    opener,
    knownPeers,
    headers: headerStore(opener, knownPeers, join(node.folder, 'headers')),
    library: node.library,
    addressesOf: () => [],
    download: new TokenBucket(null),
    log: () => {},
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  return { downloads, faults, received };
}

/** Headers of peers' models, stored in the folder. */
function headerStore(
  opener: ChannelOpener,
  knownPeers: () => readonly KnownPeer[],
  folder: string,
): HeaderStore {
  return new HeaderStore({
    opener,
    knownPeers,
    source: {
      mayHave: () => false,
      manifest: () => undefined,
      headerPath: () => Promise.reject(new Error('There are no models here')),
    },
    folder,
    log: () => {},
  });
}

/** Makes the node know the model, as if it had downloaded the header. */
export async function addModel(node: TransferNode, owner: TransferNode): Promise<LibraryModel> {
  const [model] = owner.library.list();
  if (model?.manifest.format !== 2) {
    throw new Error('The owner has no model of the present format');
  }
  const header = await owner.library.headerPath(model.manifestId);
  return await node.library.addModel(model.manifest, header);
}

/** Bytes of the tensors in a shard, as the owner cuts it for the same layers. */
export async function cutBytes(
  owner: TransferNode,
  model: LibraryModel,
  range: LayerRange,
): Promise<Buffer> {
  return await readFile(await owner.library.shardPath(model.manifestId, range));
}

function hosting(peer: string, model: LibraryModel): KnownPeer {
  return {
    peer,
    record: { sequence: 1, state: 'serving', addresses: [], models: [model.summary], shards: [] },
    receivedAt: 0,
    connected: true,
    latencyMs: 1,
  };
}

function countedSupply(
  supply: ChunkSupply,
  given: { bytes: number },
  spoil: (model: SuppliedModel) => Partial<SuppliedModel>,
): ChunkSupply {
  return {
    open: async (id) => {
      const model = await supply.open(id);
      if (model === undefined) {
        return undefined;
      }
      const spoilt = spoil(model);
      return {
        map: model.map,
        have: () => (spoilt.have ?? model.have.bind(model))(),
        leaves: (tensor) => (spoilt.leaves ?? model.leaves.bind(model))(tensor),
        read: async (chunk) => {
          const bytes = await (spoilt.read ?? model.read.bind(model))(chunk);
          given.bytes += bytes?.byteLength ?? 0;
          return bytes;
        },
        close: () => model.close(),
      };
    },
  };
}

function countedOpener(opener: ChannelOpener, received: { bytes: number }): ChannelOpener {
  return {
    peer: opener.peer,
    handle: (protocol, handler) => opener.handle(protocol, handler),
    openChannel: async (...parameters) => {
      const channel = await opener.openChannel(...parameters);
      const counted: Channel = {
        peer: channel.peer,
        send: (kind, ...parts) => channel.send(kind, ...parts),
        onFrame: (listener) =>
          channel.onFrame((frame) => {
            received.bytes += frame.body.byteLength + 8;
            return listener(frame);
          }),
        allow: (limits) => channel.allow(limits),
        ignore: () => channel.ignore(),
        excuse: () => channel.excuse(),
        onClose: (listener) => channel.onClose(listener),
        close: () => channel.close(),
        abort: (error) => channel.abort(error),
        blame: (error) => channel.blame(error),
      };
      return counted;
    },
  };
}

/** A signal that aborts after the test, so that nothing outlives it. */
export function whileTesting(): AbortSignal {
  const controller = new AbortController();
  onTestFinished(() => controller.abort(new Error('The test is over')));
  return controller.signal;
}
