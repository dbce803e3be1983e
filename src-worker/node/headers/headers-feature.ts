/** The feature that fetches headers of models for this node, and serves them to peers. */
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
  /** The models of this machine. */
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
