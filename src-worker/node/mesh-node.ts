/**
 * The node: composes library, mesh, shards, sessions, text and gateway, and offers what the host asks for.
 * It knows nothing of processes; node.ts gives it the link to the host.
 */
import { join } from 'node:path';
import type { CatalogEntry } from '../../src-shared/catalog.ts';
import type { ChatEvent, ChatRequest } from '../../src-shared/chat.ts';
import type {
  HostedShard,
  Hosting,
  NodeConfig,
  NodeMessage,
  NodeResult,
  NodeStatus,
  Routing,
  WorkOrder,
} from '../../src-shared/node-api.ts';
import type { RouteRules } from '../../src-shared/route-rules.ts';
import type { RouteView } from '../../src-shared/route-view.ts';
import { EngineClient } from './engines/engine-client.ts';
import { ShardHost } from './engines/shard-host.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { loadCatalog } from './hosting/catalog-models.ts';
import { HostingService } from './hosting/hosting-service.ts';
import { HeaderExchange } from './headers/header-exchange.ts';
import type { Log } from './base/log.ts';
import type { SelfDescription } from './mesh/records/record.ts';
import { createPoolMesh, type PoolMesh } from './pools/pool-mesh.ts';
import type { PoolService } from './pools/pool-service.ts';
import { MeteredGenerations } from './sessions/asking/metered-generations.ts';
import type { CatalogModel } from './hosting/catalog.ts';
import { ModelLibrary } from './models/library.ts';
import { OwnModels } from './hosting/own-models.ts';
import { NodeModels } from './node-models.ts';
import { maxUnreachableTold, peerStatuses } from './node-status.ts';
import { MeshRoutes } from './routing/mesh-routes.ts';
import { StoredReputation } from './trust/stored-reputation.ts';
import { Coordinator } from './sessions/asking/coordinator.ts';
import { StageService } from './sessions/serving/stage-service.ts';
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

export class MeshNode {
  readonly #options: NodeOptions;
  readonly #library: ModelLibrary;
  readonly #own: OwnModels;
  /** What its owner and questions know of models. */
  readonly models: NodeModels;
  readonly #mesh: PoolMesh;
  readonly #routes: MeshRoutes;
  readonly #hosting: HostingService;
  readonly #standing: StoredReputation;
  readonly #shards: ShardHost;
  readonly #stages: StageService;
  readonly #coordinator: Coordinator;
  readonly #generations: MeteredGenerations;
  readonly #headers: HeaderExchange;
  readonly #admission: Admission;
  readonly #texts: ModelTexts;
  readonly #chat: ChatService;
  /** What the owner should know of this start. */
  readonly #warnings: readonly string[];
  #gateway: Gateway | undefined;
  /** Why this machine's own shards do not serve; null while they do. */
  #idleReason: string | null;

  /**
   * Joins the mesh, opens the gateway and begins to load the desired shards. When it fails, nothing is left running.
   * @throws AppError of the part that could not start: `port-taken`, `data-folder-unusable`, `setting-invalid`
   */
  static async start(options: NodeOptions): Promise<MeshNode> {
    const warnings: string[] = [];
    const library = await ModelLibrary.open({
      folder: join(options.config.dataFolder, 'models'),
      onWarning: (message) => {
        warnings.push(message);
        options.logOf('models')('warn', message);
      },
    });
    const running: { node?: MeshNode } = {};
    const standing = await StoredReputation.open(options.config.dataFolder, options.logOf('mesh'));
    const mesh = await createPoolMesh({
      dataFolder: options.config.dataFolder,
      listen: options.config.listen,
      staticPeers: options.config.staticPeers,
      bootstrap: options.config.bootstrap,
      mdns: options.config.mdns,
      upnp: options.config.upnp,
      poolOnly: options.config.poolOnly,
      describe: () =>
        running.node === undefined
          ? { state: options.config.work.state, models: [], shards: [] }
          : running.node.#describe(),
      onViolation: (peer) => standing.book.lower(peer, 'violated'),
      log: options.logOf('mesh'),
    });
    const catalog = await loadCatalog(options.config.catalogFile, options.logOf('models'));
    const routes = new MeshRoutes(mesh, standing.book, options.config.routing);
    const node = new MeshNode(options, library, routes, mesh, catalog, standing, warnings);
    running.node = node;
    try {
      await node.#open();
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  private constructor(
    options: NodeOptions,
    library: ModelLibrary,
    routes: MeshRoutes,
    mesh: PoolMesh,
    catalog: readonly CatalogModel[],
    standing: StoredReputation,
    warnings: readonly string[],
  ) {
    this.#standing = standing;
    this.#warnings = warnings;
    const { config, onEvent, onChange, logOf } = options;
    this.#options = options;
    this.#idleReason = config.work.because;
    this.#library = library;
    this.#own = new OwnModels(library, logOf('models'));
    this.#mesh = mesh;
    this.#routes = routes;
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
      waysFor: (requester, peer) => mesh.waysFor(requester, peer),
      isTrusted: (peer) => routes.isTrusted(peer),
      onServed: (usage) => onEvent({ type: 'usage', usage }),
      log: logOf('session'),
    });
    this.#hosting = new HostingService({
      config,
      library,
      mesh,
      shards: this.#shards,
      catalog,
      peers: () => routes.peers(),
      onPeerFault: (peer, fault) => routes.blame(peer, fault),
      onChange,
      logOf,
    });
    this.#coordinator = new Coordinator({
      opener: mesh,
      knownPeers: () => routes.peers(),
      hostsOf: (manifestId) => routes.hosts(manifestId),
      routeFacts: (manifestId, rules) => routes.facts(manifestId, rules),
      onStageFailed: (failure) => routes.stageFailed(failure),
      onAnswered: (manifestId, receipt) => routes.answered(manifestId, receipt),
      onWrongRefusal: (peer) => routes.wronglyRefused(peer),
      ownShards: () => this.#shards.ownRecords(),
      wakeOwnShards: (manifestId, signal) => this.#shards.wake(manifestId, signal),
      isIdle: () => this.#idleReason !== null,
      whyNotHere: (manifestId) => this.models.whyNotHere(manifestId),
      ownModels: () => this.#shards.ownModels(),
    });
    this.#generations = new MeteredGenerations(
      this.#coordinator,
      (usage) => {
        onEvent({ type: 'usage', usage });
        onChange();
      },
      (manifestId, tokens, rules) => this.#hosting.wanted(manifestId, tokens, routes.rules(rules)),
    );
    this.#admission = new Admission(config.gateway);
    this.#headers = new HeaderExchange({
      opener: mesh,
      knownPeers: () => routes.peers(),
      source: {
        mayHave: (peer, manifestId) => this.#hosting.mayHave(peer, manifestId),
        manifest: (manifestId) => this.#own.get(manifestId)?.manifest,
        headerPath: (manifestId) => library.headerPath(manifestId),
      },
      folder: join(config.dataFolder, 'models', 'headers'),
      log: logOf('models'),
    });
    this.#texts = new ModelTexts({
      headerPath: (manifestId) => this.#headers.headerPath(manifestId),
      startTokenizer: startEngineTokenizer,
      onNoTemplate: ({ name }) => {
        logOf('models')(
          'warn',
          `${name} has no chat template: questions are put to it as a plain transcript, and answers end where it goes on as the user.`,
        );
      },
    });
    this.#chat = new ChatService({
      generations: this.#generations,
      texts: this.#texts,
      admission: this.#admission,
      knownModels: () => this.models.chatModels(),
    });
    this.models = new NodeModels({
      library,
      own: this.#own,
      shards: this.#shards,
      hosting: this.#hosting,
      pools: mesh.pools,
      peers: () => routes.peers(),
      available: () => this.#generations.models(),
      idleReason: () => this.#idleReason,
      onImportProgress: (path, doneBytes, totalBytes) =>
        onEvent({ type: 'importProgress', path, doneBytes, totalBytes }),
      onChange,
    });
    mesh.onChange(() => onChange());
  }

  status(): NodeStatus {
    const peers = this.#routes.peers();
    const clockAheadMs = this.#mesh.clockAheadMs();
    const unreachable = this.#mesh.unreachable().slice(0, maxUnreachableTold);
    return {
      peer: this.#mesh.peer,
      addresses: [...this.#mesh.addresses()],
      reach: this.#mesh.reach(),
      ...(clockAheadMs === 0 ? {} : { clockAheadMs }),
      ...(unreachable.length === 0 ? {} : { unreachable: [...unreachable] }),
      gatewayPort: this.#gateway?.port ?? 0,
      shards: this.#shards.statuses(),
      peers: peerStatuses(
        peers,
        (peer) => this.#mesh.knownPeer(peer),
        this.#coordinator.silentPeers(),
      ),
      peersKnown: peers.length,
      models: this.models.entries(),
      downloads: this.#hosting.downloads(),
      requests: this.#admission.counts(),
      tokensPerSecond: this.#generations.tokensPerSecond,
      warnings: [...this.#warnings],
    };
  }

  get pools(): PoolService {
    return this.#mesh.pools;
  }

  /**
   * null hosts the models that come with the app, whole.
   * @throws AppError `model-not-found` or `setting-invalid`; nothing changes then
   */
  setShards(shards: readonly HostedShard[] | null): void {
    this.#hosting.setShards(shards ?? this.models.bundledShards());
  }

  /** Limits and ways of hosting change at once. */
  setHosting(hosting: Hosting): void {
    this.#hosting.setHosting(hosting);
  }

  /** Whom questions may use from now on. */
  setRouting(routing: Routing): void {
    this.#routes.setRouting(routing);
    this.#options.onChange();
  }

  /** What models take on the disk, and what is free there. @throws AppError `data-folder-unusable` */
  async modelStorage(): Promise<NodeResult<'modelStorage'>> {
    return await this.#library.storage();
  }

  /** Models that can be downloaded. */
  catalog(): CatalogEntry[] {
    return this.#hosting.catalog();
  }

  /** @throws AppError `model-not-found` when no such download was asked for */
  async cancelDownload(model: string): Promise<void> {
    await this.#hosting.cancelDownload(model);
  }

  /** The route that a question would take now. @throws AppError `model-not-found`, as Coordinator.route */
  route(model: string, rules: RouteRules | undefined): RouteView {
    return this.#coordinator.route(this.#chat.find(model), rules);
  }

  /** Resolves when the order is carried out; peers are told at once. */
  async setWork(work: WorkOrder): Promise<void> {
    this.#idleReason = work.because;
    if (work.state === 'draining') {
      // Their answers go over to other peers; the own user's stay where he is answered here.
      this.#stages.drain((requester) => !work.answersOwner || requester !== this.#mesh.peer);
    }
    if (work.state === 'paused' && !work.answersOwner) {
      this.#texts.endUnused();
    }
    const done = this.#shards.setWork(work);
    this.#hosting.workChanged();
    await done;
  }

  /** As ChatService.complete. */
  chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent, void, void> {
    return this.#chat.complete(request, signal);
  }

  /**
   * Tells the peers, ends answers, engines and listeners. Resolves when no child process is left.
   *
   * @param atOnce whether engines are not given the time to end a batch
   */
  async stop(atOnce = false): Promise<void> {
    this.#stages.stop();
    await Promise.all([
      this.#hosting.stop(),
      this.#gateway?.close(),
      this.#mesh.stop(),
      this.#shards.stop(atOnce),
      this.#own.stop(),
      this.#texts.close(),
      this.#headers.stop(),
    ]);
    await this.#standing.close();
  }

  async #open(): Promise<void> {
    const { config, logOf } = this.#options;
    await this.#stages.start();
    await this.#headers.serve();
    await this.#own.importBundled(config.bundledModels);
    await this.#hosting.start(config.shards ?? this.models.bundledShards());
    this.#gateway = await createGateway({
      chat: this.#chat,
      admission: this.#admission,
      port: config.gateway.port,
      orAnyPort: config.gateway.orAnyPort,
      apiKey: config.gateway.apiKey,
      hosts: config.gateway.hosts,
      origins: config.gateway.origins,
      log: logOf('gateway'),
    });
  }

  #describe(): SelfDescription {
    return {
      state: this.#shards.state,
      models: this.#shards.models(),
      shards: this.#shards.records(),
      ...this.#hosting.describe(),
    };
  }
}
