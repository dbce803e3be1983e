/** Headers of models, for this machine's own questions and for peers, as a part of the node. */
import { join } from 'node:path';
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import type { FeatureWith } from '../node-feature.ts';
import { HeaderStore } from './header-store.ts';
import type { HeaderSource } from './header-service.ts';

export type HeadersFeatureOptions = {
  readonly config: NodeConfig;
  readonly mesh: Mesh;
  readonly knownPeers: () => readonly KnownPeer[];
  /** This machine's own models. */
  readonly source: HeaderSource;
  readonly log: Log;
};

export function headersFeature(options: HeadersFeatureOptions): FeatureWith<HeaderStore> {
  const { config, mesh, knownPeers, source, log } = options;
  const headers = new HeaderStore({
    opener: mesh,
    knownPeers,
    source,
    folder: join(config.dataFolder, 'models', 'headers'),
    log,
  });
  return {
    name: 'headers',
    service: headers,
    start: () => headers.start(),
    stop: () => headers.stop(),
  };
}
