/** What a host that is being examined knows, for tests of the doctor: an idle machine that serves the demo model. */
import type { Known } from '../../../src-main/doctor/known.ts';
import type { NodeStatus, ShardStatus } from '../../../src-shared/api/node-status.ts';
import { defaultSettings } from '../../../src-shared/settings/settings.ts';
import { idleFacts } from './duty-inputs.ts';

const manifestId = 'a'.repeat(64);

export const knownShard: ShardStatus = {
  manifestId,
  model: 'MindMesh Demo',
  firstLayer: 0,
  lastLayer: 5,
  state: 'serving',
  fault: null,
  failure: null,
  backend: 'vulkan',
  pid: 7,
  memoryBytes: 3e9,
  expectedMemoryBytes: 4e9,
  deviceBytes: 2e9,
  expectedDeviceBytes: 3e9,
  layersOnDevices: 6,
  sessions: 0,
  maxSessions: 8,
  tokensPerSecond: 0,
};

export const knownNode: NodeStatus = {
  peer: '12D3KooWThisMachine',
  addresses: ['/ip4/192.168.1.5/tcp/4001', '/ip4/192.168.1.5/udp/4002/quic-v1'],
  reach: 'public',
  gatewayPort: 6374,
  shards: [knownShard],
  peers: [],
  models: [
    {
      manifestId,
      name: 'MindMesh Demo',
      alias: null,
      path: null,
      available: true,
      architecture: 'llama',
      layers: 6,
      width: 64,
      contextLength: 512,
      sizeBytes: 1,
      quantisation: 'F32',
    },
  ],
  requests: { active: 0, queued: 0 },
  tokensPerSecond: 0,
};

export const knownHost: Known = {
  app: {
    version: '1.2.3',
    state: 'running',
    fault: null,
    consent: 'given',
    warnings: [],
    api: { baseUrl: 'http://127.0.0.1:6374/v1' },
    dataFolder: '/data',
    hostingMemoryBytes: 6e9,
    startedAt: 0,
  },
  duty: {
    state: 'serving',
    workShare: 1,
    cpuShare: 1,
    isSlowedByHeat: false,
    sentence: 'Working for the mesh',
    answersOwner: true,
    pause: null,
  },
  facts: idleFacts,
  node: knownNode,
  settings: defaultSettings,
  devices: null,
};
