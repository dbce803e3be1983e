/**
 * A coordinator in the benchmark's own process, which shows the times of every token. It may host a shard, as the
 * node of a user who asks and serves does.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type LayerRange, samplingSchema } from '../../src-shared/model.ts';
import { EngineClient } from '../../src-worker/node/engines/engine-client.ts';
import { ShardHost } from '../../src-worker/node/engines/shard-host.ts';
import { createPoolMesh, type PoolMesh } from '../../src-worker/node/pools/pool-mesh.ts';
import { ModelLibrary } from '../../src-worker/node/models/library.ts';
import { Coordinator } from '../../src-worker/node/sessions/asking/coordinator.ts';
import type { GenerationEvent } from '../../src-worker/node/sessions/asking/generation.ts';
import { StageService } from '../../src-worker/node/sessions/serving/stage-service.ts';
import type { NodeProcess } from '../support/host/node-process.ts';
import { say } from './report.ts';

export type TokenTimes = {
  readonly token: number;
  readonly at: number;
  readonly computeMs: number;
};

export type LocalShard = {
  readonly modelPath: string;
  readonly modelName: string;
  readonly layers: LayerRange;
  readonly threads: number;
};

export class LocalCoordinator {
  readonly #mesh: PoolMesh;
  readonly #folder: string;
  readonly #shards: ShardHost;
  readonly #stages: StageService;
  readonly #coordinator: Coordinator;

  /** Connects to these nodes and to no others. */
  static async start(nodes: readonly NodeProcess[], shard?: LocalShard): Promise<LocalCoordinator> {
    const folder = await mkdtemp(join(tmpdir(), 'mindmesh-bench-'));
    const library = await ModelLibrary.open({ folder: join(folder, 'models'), onWarning: say });
    const running: { shards?: ShardHost; mesh?: PoolMesh } = {};
    running.mesh = await createPoolMesh({
      dataFolder: folder,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      staticPeers: nodes.flatMap(({ status }) => status.addresses),
      mdns: false,
      describe: () => ({
        state: 'serving',
        models: running.shards?.models() ?? [],
        shards: running.shards?.records() ?? [],
      }),
      log: () => {},
    });
    running.shards = new ShardHost({
      library,
      settings: {
        threads: shard?.threads ?? 1,
        backend: 'cpu',
        devices: null,
        memoryBytes: null,
        contextLength: 2048,
        maxSessions: 2,
      },
      startEngine: (parameters, events, signal) =>
        EngineClient.start(parameters, events, { signal }),
      onChange: () => running.mesh?.publish(),
      log: () => {},
    });
    if (shard !== undefined) {
      await library.importModel(shard.modelPath);
      running.shards.setDesired([{ model: shard.modelName, layers: shard.layers }]);
    }
    const coordinator = new LocalCoordinator(folder, running.mesh, running.shards);
    await coordinator.#stages.start();
    return coordinator;
  }

  private constructor(folder: string, mesh: PoolMesh, shards: ShardHost) {
    this.#folder = folder;
    this.#mesh = mesh;
    this.#shards = shards;
    this.#stages = new StageService({
      opener: mesh,
      shards,
      addressesFor: (requester, peer) => mesh.addressesFor(requester, peer),
      onServed: () => {},
      log: () => {},
    });
    this.#coordinator = new Coordinator({
      opener: mesh,
      knownPeers: () => mesh.knownPeers(),
      ownShards: () => shards.records(),
      ownModels: () => shards.models(),
    });
  }

  /** Resolves when a chain for the model can be planned. */
  async untilComplete(): Promise<void> {
    while (this.#coordinator.models().length === 0) {
      await setTimeout(20);
    }
  }

  /** Generates greedily. Returns when each token came, and how long its stages computed. */
  async generate(promptTokens: readonly number[], maxAnswerTokens: number): Promise<TokenTimes[]> {
    const [model] = this.#coordinator.models();
    if (model === undefined) {
      throw new Error('No model is complete on the mesh');
    }
    const request = {
      model,
      promptTokens,
      sampling: samplingSchema.parse({ temperature: 0 }),
      maxAnswerTokens,
    };
    const events: GenerationEvent[] = [];
    for await (const event of this.#coordinator.generate(request, new AbortController().signal)) {
      events.push(event);
    }
    return events.flatMap((event) =>
      event.type === 'token' && event.timing !== undefined
        ? [{ token: event.token, ...event.timing }]
        : [],
    );
  }

  async stop(): Promise<void> {
    await this.#stages.stop();
    await this.#shards.stop();
    await this.#mesh.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
