import type { NodeConfig } from '../../../src-shared/api/node-config.ts';

/** How engines are loaded, whatever shard they have. */
export type EngineSettings = NodeConfig['engine'];
