/** A coordinator in the benchmark's own process, so that every token's times can be seen. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { samplingSchema } from '../../src-shared/model.ts';
import { createMesh, type Mesh } from '../../src-worker/node/mesh/mesh.ts';
import { Coordinator } from '../../src-worker/node/sessions/coordinator.ts';
import type { GenerationEvent } from '../../src-worker/node/sessions/generation.ts';
import type { NodeProcess } from '../support/node-process.ts';

export type TokenTimes = {
  readonly token: number;
  readonly at: number;
  readonly computeMs: number;
};

export class LocalCoordinator {
  readonly mesh: Mesh;
  readonly #folder: string;
  readonly #coordinator: Coordinator;

  /** Connects to these nodes and to no others. */
  static async start(nodes: readonly NodeProcess[]): Promise<LocalCoordinator> {
    const folder = await mkdtemp(join(tmpdir(), 'mindmesh-bench-'));
    const mesh = await createMesh({
      dataFolder: folder,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      staticPeers: nodes.flatMap(({ status }) => status.addresses),
      mdns: false,
      describe: () => ({ state: 'serving', models: [], shards: [] }),
      log: () => {},
    });
    return new LocalCoordinator(mesh, folder);
  }

  private constructor(mesh: Mesh, folder: string) {
    this.mesh = mesh;
    this.#folder = folder;
    this.#coordinator = new Coordinator({
      opener: mesh,
      knownPeers: () => mesh.knownPeers(),
      ownShards: () => [],
      ownModels: () => [],
    });
  }

  /** Resolves when a chain for the model can be planned. */
  async untilComplete(): Promise<void> {
    while (this.#coordinator.models().length === 0) {
      await new Promise<void>((resolve) => {
        const end = this.mesh.onChange(() => {
          end();
          resolve();
        });
      });
    }
  }

  /** Generates greedily and returns when each token came and what its stages computed for it. */
  async generate(promptTokens: readonly number[], maxTokens: number): Promise<TokenTimes[]> {
    const [model] = this.#coordinator.models();
    if (model === undefined) {
      throw new Error('No model is complete on the mesh');
    }
    const request = {
      model,
      promptTokens,
      sampling: samplingSchema.parse({ temperature: 0 }),
      maxTokens,
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
    await this.mesh.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
