/**
 * Builds the features of the node in the order in which they start, each from the features before it. The methods of a
 * feature are beside its code.
 */
import type { NodeApi } from '../../src-shared/api/node-api.ts';
import type { NodeConfig } from '../../src-shared/api/node-config.ts';
import type { RpcServer } from '../../src-shared/rpc/server.ts';
import type { Log } from './base/log.ts';
import { shardsFeature } from './engines/shards-feature.ts';
import { gatewayFeature } from './gateway/gateway-feature.ts';
import { headersFeature } from './headers/headers-feature.ts';
import { hostingFeature } from './hosting/hosting-feature.ts';
import { ownModelsFeature } from './hosting/own-models-feature.ts';
import { modelsFeature } from './models-feature.ts';
import { libraryFeature } from './models/library-feature.ts';
import type { NodeFeature } from './node-feature.ts';
import { meshFeature } from './pools/mesh-feature.ts';
import { routesFeature } from './routing/routes-feature.ts';
import { describeNode } from './running-node.ts';
import { askingFeature } from './sessions/asking/asking-feature.ts';
import { stagesFeature } from './sessions/serving/stages-feature.ts';
import { chatFeature } from './text/chat-feature.ts';
import { trustFeature } from './trust/trust-feature.ts';

export type NodeOptions = {
  readonly config: NodeConfig;
  /** Sends the host a notice. */
  readonly tell: RpcServer<NodeApi>['tell'];
  /** Called when the status has changed; the listener reads it when it needs it. */
  readonly onChange: () => void;
  /** Called when the last answer of a draining machine has ended, so that the status is sent at once. */
  readonly onDrained: () => void;
  /** The log for one part of the node. */
  readonly logOf: (source: string) => Log;
};

/**
 * Reads the data folder and builds the node; nothing runs before the features are started.
 *
 * @throws AppError `data-folder-unusable`, `setting-invalid`
 */
export async function composeNode(options: NodeOptions): Promise<readonly NodeFeature[]> {
  const { config, tell, onChange, onDrained, logOf } = options;
  const library = await libraryFeature(config, logOf('models'));
  const trust = await trustFeature(config, logOf('mesh'));
  const mesh = await meshFeature({
    config,
    // `features` is set before the mesh starts and sends records.
    describe: () => describeNode(features),
    trust: trust.service,
    onChange,
    log: logOf('mesh'),
  });
  const routes = routesFeature({
    config,
    mesh: mesh.service,
    trust: trust.service,
    onChange,
  });
  const knownPeers = () => routes.service.peers();
  const shards = shardsFeature({
    config,
    library: library.service,
    mesh: mesh.service,
    onChange,
    onDrained,
    log: logOf('engine'),
  });
  const stages = stagesFeature({
    mesh: mesh.service,
    routes: routes.service,
    shards: shards.service,
    onServed: (usage) => tell('usage', usage),
    log: logOf('session'),
  });
  const own = ownModelsFeature({
    config,
    library: library.service,
    shards: shards.service.host,
    onChange,
    log: logOf('models'),
  });
  const headers = headersFeature({
    config,
    mesh: mesh.service,
    knownPeers,
    // `hosting` is set before the mesh starts and peers can send requests.
    source: {
      mayHave: (peer, manifestId) => hosting.service.mayHave(peer, manifestId),
      manifest: (manifestId) => library.service.get(manifestId)?.manifest,
      headerPath: (manifestId) => library.service.headerPath(manifestId),
    },
    log: logOf('models'),
  });
  const hosting = await hostingFeature({
    config,
    library: library.service,
    mesh: mesh.service,
    routes: routes.service,
    trust: trust.service,
    headers: headers.service,
    shards: shards.service.host,
    own: own.service,
    onChange,
    log: logOf('models'),
  });
  const asking = askingFeature({
    mesh: mesh.service,
    trust: trust.service,
    routes: routes.service,
    shards: shards.service,
    onWanted: (manifestId, tokens, rules) => hosting.service.wanted(manifestId, tokens, rules),
    onAsked: (usage) => {
      tell('usage', usage);
      onChange();
    },
  });
  const models = modelsFeature({
    library: library.service,
    own: own.service,
    shards: shards.service.host,
    hosting: hosting.service,
    pools: mesh.service.pools,
    peers: knownPeers,
    available: () => asking.service.generations.models(),
    onImportProgress: (path, doneBytes, totalBytes) =>
      tell('importProgress', { path, doneBytes, totalBytes }),
    onChange,
  });
  const chat = chatFeature({
    config,
    headers: headers.service,
    asking: asking.service,
    knownModels: () => models.service.chatModels(),
    onChange,
    log: logOf('models'),
  });
  const gateway = gatewayFeature(config, chat.service, logOf('gateway'));
  const features: readonly NodeFeature[] = [
    trust,
    library,
    mesh,
    routes,
    shards,
    stages,
    headers,
    own,
    hosting,
    asking,
    models,
    chat,
    gateway,
  ];
  return features;
}
