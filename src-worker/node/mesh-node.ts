/**
 * The node: composes library, mesh, shards, sessions, text and gateway, and offers what the host asks for.
 * It knows nothing of processes; node.ts gives it the link to the host.
 */
import { join } from 'node:path';
import type { ChatEvent, ChatRequest } from '../../src-shared/chat.ts';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import type {
  HostedShard,
  ModelEntry,
  NodeConfig,
  NodeMessage,
  NodeStatus,
  WorkOrder,
} from '../../src-shared/node-api.ts';
import { EngineClient } from './engines/engine-client.ts';
import { ShardHost } from './engines/shard-host.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { HeaderExchange } from './mesh/header-exchange.ts';
import type { Log } from './log.ts';
import { createMesh, type Mesh } from './mesh/mesh.ts';
import type { SelfDescription } from './mesh/record.ts';
import type { PoolService } from './pools/pool-service.ts';
import { MeteredGenerations } from './metered-generations.ts';
import { type LibraryModel, ModelLibrary } from './models/library.ts';
import { modelEntries, peerStatus } from './node-status.ts';
import { Coordinator } from './sessions/coordinator.ts';
import { StageService } from './sessions/stage-service.ts';
import { Admission } from './text/admission.ts';
import { ChatService } from './text/chat-service.ts';
import { startEngineTokenizer } from './text/engine-tokenizer.ts';
import { ModelTexts } from './text/model-texts.ts';

type NodeEvent = Extract<NodeMessage, { type: 'usage' | 'importProgress' }>;

export type NodeOptions = {
  readonly config: NodeConfig;
  readonly onEvent: (event: NodeEvent) => void;
  /** The status is not what it was; the listener asks for it when it wants to know. */
  readonly onChange: () => void;
  /** A log for one part of the node. */
  readonly logOf: (source: string) => Log;
};

/** Import progress is told at most this often, in milliseconds. */
const progressEveryMs = 200;

export class MeshNode {
  readonly #options: NodeOptions;
  readonly #log: Log;
  readonly #library: ModelLibrary;
  readonly #mesh: Mesh;
  readonly #shards: ShardHost;
  readonly #stages: StageService;
  readonly #generations: MeteredGenerations;
  readonly #headers: HeaderExchange;
  readonly #admission: Admission;
  readonly #texts: ModelTexts;
  readonly #chat: ChatService;
  #gateway: Gateway | undefined;
  /** Why this machine's own shards do not serve; null while they do. */
  #restsBecause: string | null;
  #bundled: readonly string[] = [];

  /**
   * Joins the mesh, opens the gateway and begins to load the wished shards. When it fails, nothing is left running.
   * @throws AppError of the part that could not start: `port-taken`, `data-folder-unusable`, `setting-invalid`
   */
  static async start(options: NodeOptions): Promise<MeshNode> {
    const library = await ModelLibrary.open({
      folder: join(options.config.dataFolder, 'models'),
      onWarning: (message) => options.logOf('models')('warn', message),
    });
    const running: { node?: MeshNode } = {};
    const mesh = await createMesh({
      dataFolder: options.config.dataFolder,
      listen: options.config.listen,
      staticPeers: options.config.staticPeers,
      mdns: options.config.mdns,
      poolOnly: options.config.poolOnly,
      describe: () =>
        running.node === undefined
          ? { state: options.config.work.state, models: [], shards: [] }
          : running.node.#describe(),
      log: options.logOf('mesh'),
    });
    const node = new MeshNode(options, library, mesh);
    running.node = node;
    try {
      await node.#open();
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  private constructor(options: NodeOptions, library: ModelLibrary, mesh: Mesh) {
    const { config, onEvent, onChange, logOf } = options;
    this.#options = options;
    this.#restsBecause = config.work.because;
    this.#log = logOf('node');
    this.#library = library;
    this.#mesh = mesh;
    this.#shards = new ShardHost({
      library,
      settings: config.engine,
      work: config.work,
      startEngine: (parameters, events, signal) =>
        EngineClient.start(parameters, events, { signal }),
      onChange: () => {
        mesh.publish();
        onChange();
      },
      log: logOf('engine'),
    });
    this.#stages = new StageService({
      opener: mesh,
      shards: this.#shards,
      onServed: (usage) => onEvent({ type: 'usage', usage }),
      log: logOf('session'),
    });
    const coordinator = new Coordinator({
      opener: mesh,
      knownPeers: () => mesh.knownPeers(),
      ownShards: () => this.#shards.ownRecords(),
      wakeOwnShards: (manifestId, signal) => this.#shards.wake(manifestId, signal),
      restsBecause: () => this.#restsBecause,
      ownModels: () => this.#shards.ownModels(),
    });
    this.#generations = new MeteredGenerations(coordinator, (usage) => {
      onEvent({ type: 'usage', usage });
      onChange();
    });
    this.#admission = new Admission(config.gateway);
    this.#headers = new HeaderExchange({
      opener: mesh,
      knownPeers: () => mesh.knownPeers(),
      source: {
        manifest: (manifestId) => this.#ownModel(manifestId)?.manifest,
        headerPath: (manifestId) => library.headerPath(manifestId),
      },
      folder: join(config.dataFolder, 'models', 'headers'),
      log: logOf('models'),
    });
    this.#texts = new ModelTexts({
      headerPath: (manifestId) => this.#headers.headerPath(manifestId),
      startTokenizer: startEngineTokenizer,
    });
    this.#chat = new ChatService({
      generations: this.#generations,
      texts: this.#texts,
      admission: this.#admission,
      aliasOf: (manifestId) => this.#ownModel(manifestId)?.alias ?? null,
      knownModels: () => this.#models(),
    });
    mesh.onChange(onChange);
  }

  status(): NodeStatus {
    const peers = this.#mesh.knownPeers();
    return {
      peer: this.#mesh.peer,
      addresses: [...this.#mesh.addresses()],
      gatewayPort: this.#gateway?.port ?? 0,
      shards: this.#shards.statuses(),
      peers: peers.map(peerStatus),
      models: this.#models(),
      requests: this.#admission.counts(),
      tokensPerSecond: this.#generations.tokensPerSecond,
    };
  }

  get pools(): PoolService {
    return this.#mesh.pools;
  }

  /** @throws AppError `model-not-found` or `setting-invalid`; nothing changes then */
  setShards(wishes: readonly HostedShard[]): void {
    this.#shards.setWishes(wishes);
  }

  /** Resolves when the order is carried out; peers are told at once. */
  async setWork(work: WorkOrder): Promise<void> {
    this.#restsBecause = work.because;
    if (work.state === 'draining') {
      // Their answers go over to other peers; the own user's stay where he is answered here.
      this.#stages.drain((requester) => !work.answersOwner || requester !== this.#mesh.peer);
    }
    await this.#shards.setWork(work);
  }

  /** @throws AppError as ModelLibrary.importModel */
  async importModel(path: string, alias: string | undefined): Promise<ModelEntry> {
    let toldAt = Number.NEGATIVE_INFINITY;
    const model = await this.#library.importModel(path, {
      alias,
      onProgress: (doneBytes, totalBytes) => {
        const now = performance.now();
        if (now - toldAt >= progressEveryMs) {
          toldAt = now;
          this.#options.onEvent({ type: 'importProgress', path, doneBytes, totalBytes });
        }
      },
    });
    this.#options.onChange();
    return this.#entry(model);
  }

  /**
   * Forgets a model and deletes what was cut from it. Its file stays.
   * @throws AppError `model-not-found`, `request-invalid` for a model that is hosted or comes with the app
   */
  async removeModel(name: string): Promise<ModelEntry> {
    const model = this.#library.find(name);
    if (this.#bundled.includes(model.manifestId)) {
      throw new AppError(
        'request-invalid',
        `${model.summary.name} comes with the app and cannot be removed.`,
      );
    }
    if (this.#shards.isWished(model.manifestId)) {
      throw new AppError(
        'request-invalid',
        `This machine hosts ${model.summary.name}. Stop hosting it first, then remove it.`,
      );
    }
    const entry = this.#entry(model);
    await this.#library.remove(model.manifestId);
    this.#options.onChange();
    return { ...entry, available: false };
  }

  /** As ChatService.complete. */
  chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent, void, void> {
    return this.#chat.complete(request, signal);
  }

  /** Tells the peers, ends answers, engines and listeners. Resolves when no child process is left. */
  async stop(): Promise<void> {
    this.#stages.stop();
    await Promise.all([
      this.#gateway?.close(),
      this.#mesh.stop(),
      this.#shards.stop(),
      this.#texts.close(),
      this.#headers.stop(),
    ]);
  }

  async #open(): Promise<void> {
    const { config, logOf } = this.#options;
    await this.#stages.start();
    await this.#headers.serve();
    this.#bundled = await this.#importBundled(config.bundledModels);
    this.#setFirstWishes(config.shards);
    this.#gateway = await createGateway({
      chat: this.#chat,
      admission: this.#admission,
      port: config.gateway.port,
      orAnyPort: config.gateway.orAnyPort,
      apiKey: config.gateway.apiKey,
      log: logOf('gateway'),
    });
  }

  async #importBundled(paths: readonly string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const path of paths) {
      try {
        ids.push((await this.#library.importModel(path)).manifestId);
      } catch (error) {
        this.#log(
          'error',
          `A model that comes with the app cannot be used: ${toAppError(error).message}`,
        );
      }
    }
    return ids;
  }

  /** A wish for a model that is gone must not keep the node from starting. */
  #setFirstWishes(wishes: readonly HostedShard[]): void {
    const possible: HostedShard[] = [];
    for (const wish of wishes) {
      try {
        this.#shards.setWishes([...possible, wish]);
        possible.push(wish);
      } catch (error) {
        this.#log('error', `${wish.model} is not hosted: ${toAppError(error).message}`);
      }
    }
  }

  #describe(): SelfDescription {
    return {
      state: this.#shards.state,
      models: this.#shards.models(),
      shards: this.#shards.records(),
    };
  }

  #models(): ModelEntry[] {
    return modelEntries(this.#library.list(), this.#mesh.knownPeers(), this.#generations.models());
  }

  #ownModel(manifestId: string): LibraryModel | undefined {
    return this.#library.list().find((model) => model.manifestId === manifestId);
  }

  #entry({ summary, alias, path }: LibraryModel): ModelEntry {
    const available = this.#generations
      .models()
      .some(({ manifestId }) => manifestId === summary.manifestId);
    return { ...summary, alias, path, available };
  }
}
