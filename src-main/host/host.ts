/**
 * The host: one data folder with its settings, usage, log and key, and the node process that works for it.
 * No HTTP and no Electron here; whoever shows a window or takes commands composes this.
 */
import {
  type HostApi,
  hostApi,
  type HostMethod,
  type HostResult,
} from '../../src-shared/api/host-api.ts';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import type { NodeConfigInput } from '../../src-shared/api/node-config.ts';
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import type { Topic, TopicValues } from '../../src-shared/api/topics.ts';
import type { TopicHub } from '../../src-shared/topic-hub.ts';
import { AppError, describeCauses } from '../../src-shared/errors.ts';
import { alwaysReady, performCall } from '../../src-shared/rpc/server.ts';
import { isDeepStrictEqual } from 'node:util';
import type { ChatEvent, ChatRequest } from '../../src-shared/chat.ts';
import type { ChangedSettings, Settings } from '../../src-shared/settings/settings.ts';
import { told, type Warning } from '../../src-shared/warning.ts';
import { type AppFiles, appFiles } from '../base/app-files.ts';
import { dataFolderAt } from '../data/data-folder.ts';
import { defaultThreads } from '../node/default-threads.ts';
import { dutyClock } from '../duty/duty-clock.ts';
import { DutyService } from '../duty/duty-service.ts';
import { type HostFile, writeHostFile } from '../data/host-file.ts';
import { type HostHandlers, passedOnHandlers } from './host-handlers.ts';
import type { HostOptions } from './host-options.ts';
import { hostTopics } from './host-topics.ts';
import { type HostServices, openHostServices, storeUsage } from './host-services.ts';
import { keepAwake, type KeepAwake } from './keep-awake.ts';
import type { Log } from '../base/log.ts';
import { HostingMemory, usableMemoryBytes } from '../node/hosting-memory.ts';
import { meshWarnings } from '../node/mesh-warnings.ts';
import { isApiPortChosen, nodeConfig, portWarnings } from '../node/node-config.ts';
import { NodeProcess } from '../node/node-process.ts';
import { ownProcesses } from '../sensors/own-processes.ts';
import type { Acknowledgement } from '../store/acknowledgements.ts';
import { waitsForConsent } from '../../src-shared/waits-for-consent.ts';
import { settledShards, withIds } from '../node/shards-by-id.ts';
import { EffectiveSettings } from './effective-settings.ts';
import { type FactsWatch, watchFacts } from '../sensors/watch-facts.ts';

const consent: Acknowledgement = 'consent 3';

/**
 * Takes the data folder and begins to start the node; `ready` tells when that is done.
 *
 * @throws what openHostServices throws
 */
export async function createHost(options: HostOptions = {}): Promise<Host> {
  const files = { ...appFiles(), ...options.files };
  // Begun first, since it may take a while, and needed last.
  const threads = defaultThreads();
  const services = await openHostServices(dataFolderAt(options.dataFolder), options.logLevel);
  return new Host(services, files, await threads, options);
}

export class Host {
  /** Resolves when the node runs for the first time; rejects when that fails, and the host goes on trying. */
  readonly ready: Promise<void>;
  /** Resolves when a client asked the host to stop; whoever composed it then calls `stop`. */
  readonly stopRequested: Promise<void>;
  /** What clients may ask for. */
  readonly handlers: HostHandlers;
  readonly #services: HostServices;
  readonly #files: AppFiles;
  readonly #defaultThreads: number;
  readonly #settings: EffectiveSettings;
  readonly #node: NodeProcess;
  readonly #duty: DutyService;
  readonly #keepAwake: KeepAwake;
  readonly #memory = new HostingMemory(usableMemoryBytes());
  readonly #startedAt = Date.now();
  readonly #warnings: Warning[];
  readonly #started = Promise.withResolvers<void>();
  readonly #listeners = new Set<() => void>();
  readonly #topics: TopicHub<TopicValues>;
  #hasConsent: boolean;
  #windowAddress: (() => string) | undefined;
  #configuring: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(services: HostServices, files: AppFiles, threads: number, options: HostOptions) {
    this.#services = services;
    this.#files = files;
    this.#defaultThreads = threads;
    this.#settings = new EffectiveSettings(services.settings, options.overrides);
    this.#warnings = [...services.warnings];
    this.#hasConsent = options.needsConsent !== true || services.acknowledgements.has(consent);
    this.ready = this.#started.promise;
    // Whoever wants to know awaits it; the snapshot tells everybody else.
    this.ready.catch(() => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopRequested = promise;
    this.handlers = {
      watch: ({ topics }, context) => this.#topics.watch(topics, context),
      apiKey: () => ({ key: services.apiKey }),
      ...passedOnHandlers(() => this.#agreedNode()),
      importModel: async (params) => {
        const model = await this.#agreedNode().importModel(params);
        // Importing again is what the fault of a file that had changed asks for.
        this.#duty.tryAgain();
        return model;
      },
      settings: () => this.#settings.current,
      changeSettings: (changed) => this.#changeSettings(changed),
      pause: ({ choice }) => this.#duty.pause(choice),
      resume: () => this.#duty.resume(),
      giveConsent: () => this.#giveConsent(),
      usage: () => services.usage.summary(),
      windowAddress: () => ({ url: this.#newWindowAddress() }),
      stop: () => {
        resolve();
        return null;
      },
    };
    this.#node = new NodeProcess({
      command: options.nodeCommand ?? process.execPath,
      script: files.nodeScript,
      config: this.#nodeConfig(),
      // Nothing is loaded before it is known whether the machine is free.
      work: { state: 'paused', answersOwner: true, reason: null },
      log: services.log,
      onChange: () => this.#nodeChanged(),
      onUsage: (usage) => {
        storeUsage(this.#services, usage);
        this.#topics.changed('usage');
      },
      ...(options.restartPolicy === undefined ? {} : { restartPolicy: options.restartPolicy }),
    });
    this.#keepAwake = options.keepAwake ?? keepAwake({ log: services.log });
    this.log.write('info', 'host', `MindMesh ${files.version} starts`, { pid: process.pid });
    this.#duty = new DutyService({
      effects: {
        work: (pace) =>
          this.#node.setWork({ state: 'serving', answersOwner: true, reason: null, pace }),
        drain: (duty, answersOwner) =>
          this.#node.setWork({ state: 'draining', answersOwner, reason: duty }),
        release: (duty, answersOwner) =>
          this.#node.setWork({ state: 'paused', answersOwner, reason: duty }),
      },
      settings: () => this.#settings.current,
      node: () => this.#node.status,
      watch: options.alwaysWork === true ? null : (onChange) => this.#watch(options, onChange),
      pauses: services.pauses,
      clock: dutyClock,
      log: services.log,
      warn: (warning) => this.#warn(warning),
      onChange: () => {
        this.#keepAwakeOrNot();
        this.#refreshMemory();
        this.#tell();
      },
    });
    this.#topics = hostTopics({
      node: this.#node,
      app: () => this.#app(),
      duty: () => this.#duty.view,
      facts: () => this.#duty.facts,
      settings: () => this.#settings.current,
      usage: () => services.usage.summary(),
    });
    if (this.#hasConsent) {
      this.#begin();
    }
  }

  get log(): Log {
    return this.#services.log;
  }

  get apiKeyFile(): string {
    return this.#services.dataFolder.apiKey;
  }

  snapshot(): HostSnapshot {
    const { status, imports } = this.#node;
    return { ...this.#app(), duty: this.#duty.view, node: status, imports: [...imports] };
  }

  #app(): TopicValues['app'] {
    const { state, status } = this.#node;
    const port = status?.gatewayPort ?? this.#settings.current.apiPort;
    return {
      version: this.#files.version,
      state: this.#stopped === undefined ? stateWords[state.name] : 'stopping',
      fault:
        state.name === 'waiting' ? `${state.error.message} It is tried again by itself.` : null,
      consent: this.#hasConsent ? 'given' : 'needed',
      warnings: [
        ...this.#warnings,
        ...this.#node.warnings.map(told),
        ...portWarnings(this.#settings.current, status),
        ...meshWarnings(status),
      ],
      api: { baseUrl: `http://127.0.0.1:${port}/v1` },
      dataFolder: this.#services.dataFolder.folder,
      hostingMemoryBytes: this.#memory.bytes(this.#settings.current),
      startedAt: this.#startedAt,
    };
  }

  /** Calls back whenever the snapshot may have changed; returns how to end that. */
  onSnapshot(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Any method of the host API but streams. `params` is checked here.
   *
   * @throws AppError `request-invalid`, `setting-invalid`, and what the method leads to
   */
  async call<M extends HostMethod>(method: M, params: unknown): Promise<HostResult<M>> {
    const { signal } = new AbortController();
    const context = { emit: () => {}, signal, flow: alwaysReady };
    const result = await performCall<HostApi>(hostApi, this.handlers, method, params, context);
    return result as HostResult<M>;
  }

  /** Resolves when the answer is complete; rejects with `cancelled` as soon as the signal aborts. */
  async chat(
    request: ChatRequest,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.handlers.chat(request, { emit: onEvent, signal, flow: alwaysReady });
  }

  /** Tells those who watch what clients change, without waiting for the next time. */
  refreshTopics(): Promise<void> {
    return this.#topics.refresh('app', 'duty', 'models', 'settings');
  }

  /** What a topic is now. */
  async topic<T extends Topic>(topic: T): Promise<TopicValues[T]> {
    return await this.#topics.newest(topic);
  }

  /** Tells the host how to make one-time addresses of its window, once there is one. */
  provideWindowAddress(make: () => string): void {
    this.#windowAddress = make;
  }

  /** Writes down how the command line reaches this host. Removed when it stops. */
  announce(control: NonNullable<HostFile['control']>): Promise<void> {
    return writeHostFile(this.#services.dataFolder.hostFile, { pid: process.pid, control });
  }

  /** Whether it was never asked before, over all runs: for what is told only once. Throws when that cannot be kept. */
  isFirstTime(name: Acknowledgement): boolean {
    const { acknowledgements } = this.#services;
    const isFirst = !acknowledgements.has(name);
    if (isFirst) {
      acknowledgements.add(name);
    }
    return isFirst;
  }

  /** The computer is about to sleep. Resolves when no engine is left. */
  suspend(): Promise<void> {
    return this.#duty.suspend();
  }

  wakeUp(): void {
    this.#duty.wakeUp();
  }

  /** Ends the node and gives the data folder back. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** @throws AppError `not-running` before the owner has agreed */
  #agreedNode(): NodeProcess {
    if (!this.#hasConsent) {
      throw waitsForConsent();
    }
    return this.#node;
  }

  #begin(): void {
    this.#duty.start();
    this.#started.resolve(this.#node.start());
  }

  #giveConsent(): null {
    if (!this.#hasConsent) {
      // Not kept, it would be asked for again at the next start; so who agrees is told.
      this.#services.acknowledgements.add(consent);
      this.#hasConsent = true;
      this.log.write('info', 'host', 'The owner has agreed');
      this.#begin();
      this.#tell();
    }
    return null;
  }

  async #stop(): Promise<void> {
    this.#tell();
    await Promise.all([this.#duty.stop(), this.#node.stop(), this.#keepAwake.stop()]);
    this.log.write('info', 'host', 'MindMesh has stopped');
    await this.#services.close();
  }

  /** A setting that the node refuses is taken back: what is stored is what runs. */
  async #changeSettings(changed: ChangedSettings): Promise<Settings> {
    const takeBack = this.#settings.change(await withIds(changed, this.#node));
    try {
      await this.#configure();
    } catch (error) {
      takeBack();
      await this.#configure().catch(() => {});
      throw error;
    } finally {
      this.#duty.reconcile();
      this.#keepAwakeOrNot();
      // What is outside of the host goes by them too.
      this.#tell();
    }
    return this.#settings.current;
  }

  /** Names of hosted models that the node did not know when they were set. On a full disk they stay. */
  #storeShardsById(models: readonly ModelEntry[]): void {
    try {
      this.#settings.rewriteShards((shards) => settledShards(shards, models));
    } catch (error) {
      const cause = describeCauses(error);
      this.log.write('debug', 'store', 'Hosted shards could not be stored by id', { cause });
    }
  }

  /** One change after the other, each with what is set by then. */
  #configure(): Promise<void> {
    const configured = this.#configuring.then(() => this.#node.configure(this.#nodeConfig()));
    this.#configuring = configured.catch(() => {});
    return configured;
  }

  #watch({ nodeCommand, presence, sources }: HostOptions, onChange: () => void): FactsWatch {
    return watchFacts({
      own: () => ownProcesses(this.#node.pid, this.#node.status),
      exclusiveApps: () => this.#settings.current.exclusiveApps,
      nodeExecutable: nodeCommand ?? process.execPath,
      onChange,
      ...(presence === undefined ? {} : { presence }),
      ...(sources === undefined ? {} : { sources }),
    });
  }

  #keepAwakeOrNot(): void {
    this.#keepAwake.set(this.#settings.current.keepAwake && this.#duty.view.state === 'serving');
  }

  #nodeChanged(): void {
    this.#storeShardsById(this.#node.status?.models ?? []);
    this.#duty.reconcile();
    this.#refreshMemory();
    this.#tell();
  }

  /** What fits is another thing once the cards are known, and once it is seen what the layers run on. */
  #refreshMemory(): void {
    const { status, state } = this.#node;
    if (state.name !== 'running' || status === null || this.#stopped !== undefined) {
      return;
    }
    const { gpus } = this.#duty.facts ?? {};
    if (this.#memory.refresh(gpus, status.shards, this.#settings.current)) {
      this.#configure().catch((error: unknown) => {
        this.log.write('warn', 'host', 'The memory for hosted layers could not be set', {
          cause: describeCauses(error),
        });
      });
    }
  }

  #nodeConfig(): NodeConfigInput {
    return nodeConfig(this.#settings.current, {
      dataFolder: this.#services.dataFolder.folder,
      apiKey: this.#services.apiKey,
      demoModel: this.#files.demoModel,
      catalog: this.#files.catalog,
      hostingMemoryBytes: this.#memory.bytes(this.#settings.current),
      defaultThreads: this.#defaultThreads,
      isApiPortChosen: isApiPortChosen(this.#settings.current, this.#settings.overrides),
    });
  }

  #newWindowAddress(): string {
    if (this.#windowAddress === undefined) {
      throw new AppError('not-running', 'This host shows no window in a browser.', {
        advice: 'serve-window',
      });
    }
    return this.#windowAddress();
  }

  /** Said once however often it comes. */
  #warn(warning: Warning): void {
    if (!this.#warnings.some((each) => isDeepStrictEqual(each, warning))) {
      this.#warnings.push(warning);
      this.#tell();
    }
  }

  #tell(): void {
    this.#topics.changed();
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

/** A node that ends while its host goes on is on its way to a new start. */
const stateWords = {
  starting: 'starting',
  running: 'running',
  waiting: 'faulted',
  stopping: 'starting',
  stopped: 'starting',
} as const satisfies Record<string, HostSnapshot['state']>;
