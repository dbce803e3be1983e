/**
 * The host: one data folder with its settings, usage, log and key, and the node process that works for it. It knows
 * neither HTTP nor Electron; the programs that show a window or take commands are made with it.
 */
import { hostApi, type HostMethod, type HostResult } from '../../src-shared/api/host-api.ts';
import type { Examination } from '../../src-shared/api/doctor.ts';
import type { HostingSuggestion } from '../../src-shared/api/duty.ts';
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import type { Topic, TopicValues } from '../../src-shared/api/topics.ts';
import type { TopicHub } from '../../src-shared/topic-hub.ts';
import { alwaysReady, performCall } from '../../src-shared/rpc/server.ts';
import type { ChatEvent, ChatRequest } from '../../src-shared/chat.ts';
import type { ChangedSettings, Settings } from '../../src-shared/settings/settings.ts';
import { type AppFiles, appFiles } from '../base/app-files.ts';
import { dataFolderAt } from '../data/data-folder.ts';
import { defaultThreads } from '../node/default-threads.ts';
import type { Known } from '../doctor/known.ts';
import { freeDiskBytes } from '../doctor/machine-findings.ts';
import type { DutyService } from '../duty/duty-service.ts';
import { type HostFile, writeHostFile } from '../data/host-file.ts';
import { hostDoctor } from './host-doctor.ts';
import { hostDuty } from './host-duty.ts';
import { type HostHandlers, hostHandlers } from './host-handlers.ts';
import type { HostOptions } from './host-options.ts';
import { hostingSuggestion } from './hosting-suggestion.ts';
import { hostTopics } from './host-topics.ts';
import { type HostServices, openHostServices, storeUsage } from './host-services.ts';
import { keepAwake, type KeepAwake } from './keep-awake.ts';
import type { Log } from '../base/log.ts';
import { NodeConfiguration } from './node-configuration.ts';
import { NodeProcess } from '../node/node-process.ts';
import type { Acknowledgement } from '../store/acknowledgements.ts';
import { appView } from './app-view.ts';
import { OwnersConsent } from './owners-consent.ts';
import { OwnersWarnings } from './owners-warnings.ts';
import { EffectiveSettings } from './effective-settings.ts';
import { withoutCard } from './without-card.ts';

/**
 * Opens the data folder and begins to start the node; `ready` resolves when the node runs.
 *
 * @throws what openHostServices throws
 */
export async function createHost(options: HostOptions = {}): Promise<Host> {
  const files = { ...appFiles(), ...options.files };
  // This may take a while and is needed last, so it begins first.
  const threads = defaultThreads();
  const services = await openHostServices(dataFolderAt(options.dataFolder), options.logLevel);
  return new Host(services, files, await threads, options);
}

export class Host {
  /**
   * Resolves when the node runs for the first time. Rejects when the first start fails; the host then goes on trying.
   */
  readonly ready: Promise<void>;
  /** Resolves when a client asked the host to stop; the program that made the host then calls `stop`. */
  readonly stopRequested: Promise<void>;
  /** The handlers of all methods of the API. */
  readonly handlers: HostHandlers;
  readonly #services: HostServices;
  readonly #files: AppFiles;
  readonly #settings: EffectiveSettings;
  readonly #consent: OwnersConsent;
  readonly #node: NodeProcess;
  readonly #configuration: NodeConfiguration;
  readonly #duty: DutyService;
  readonly #keepAwake: KeepAwake;
  readonly #startedAt = Date.now();
  readonly #warnings: OwnersWarnings;
  readonly #started = Promise.withResolvers<void>();
  readonly #listeners = new Set<() => void>();
  readonly #topics: TopicHub<TopicValues>;
  #windowAddress: (() => string) | undefined;
  /** Of the server for clients, once there is one. */
  #clientPort: number | null = null;
  #stopped: Promise<void> | undefined;

  constructor(services: HostServices, files: AppFiles, threads: number, options: HostOptions) {
    this.#services = services;
    this.#files = files;
    this.#settings = new EffectiveSettings(services.settings, options.overrides);
    this.#warnings = new OwnersWarnings(services.warnings, () => this.#tell());
    this.#consent = new OwnersConsent(services.acknowledgements, options.needsConsent === true);
    this.ready = this.#started.promise;
    // Callers that need the outcome await it themselves; all others see it in the snapshot.
    this.ready.catch(() => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopRequested = promise;
    this.handlers = hostHandlers({
      node: () => {
        this.#consent.demand();
        return this.#node;
      },
      duty: () => this.#duty,
      topics: () => this.#topics,
      settings: () => this.#settings.current,
      changeSettings: (changed) => this.#changeSettings(changed),
      hostingSuggestion: () => this.#suggestHosting(),
      giveConsent: () => this.#giveConsent(),
      examine: (withBenchmark, signal) => this.#examine(withBenchmark, signal),
      usage: () => services.usage.summary(),
      apiKey: services.apiKey,
      windowAddress: () => this.#windowAddress,
      stop: resolve,
    });
    this.#configuration = new NodeConfiguration({
      settings: this.#settings,
      facts: {
        dataFolder: services.dataFolder.folder,
        apiKey: services.apiKey,
        demoModel: files.demoModel,
        catalog: files.catalog,
        defaultThreads: threads,
      },
      node: () => this.#node,
      onConfigured: () => this.#duty.reconcile(),
      log: services.log,
    });
    this.#node = new NodeProcess({
      command: options.nodeCommand ?? process.execPath,
      script: files.nodeScript,
      config: this.#configuration.current,
      // No layers are loaded before it is known whether the machine is free.
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
    this.#duty = hostDuty({
      node: this.#node,
      compute: () => this.#configuration.compute,
      settings: this.#settings,
      services,
      host: options,
      warn: (warning) => this.#warnings.add(warning),
      onChange: () => {
        this.#keepAwakeOrNot();
        this.#refreshCompute();
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
    if (this.#consent.isGiven) {
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
    return appView({
      version: this.#files.version,
      isStopping: this.#stopped !== undefined,
      node: this.#node,
      settings: this.#settings.current,
      consent: this.#consent.state,
      warnings: this.#warnings.all,
      dataFolder: this.#services.dataFolder.folder,
      hostingMemoryBytes: this.#configuration.hostingMemoryBytes,
      withoutCard: withoutCard(
        this.#configuration.compute,
        this.#settings.current,
        this.#configuration.hostingMemoryBytes,
      ),
      startedAt: this.#startedAt,
    });
  }

  /** Calls back whenever the snapshot may have changed; returns a function that ends the calls. */
  onSnapshot(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Calls any method of the host's API that is no stream. `params` is checked here.
   *
   * @throws AppError `request-invalid`, `setting-invalid`, and what the method throws
   */
  async call<M extends HostMethod>(method: M, params: unknown): Promise<HostResult<M>> {
    const context = { emit: () => {}, signal: new AbortController().signal, flow: alwaysReady };
    return (await performCall(hostApi, this.handlers, method, params, context)) as HostResult<M>;
  }

  /** Resolves when the answer is complete; rejects with `cancelled` as soon as the signal aborts. */
  async chat(
    request: ChatRequest,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.handlers.chat(request, { emit: onEvent, signal, flow: alwaysReady });
  }

  /** Tells watching clients at once what has changed. */
  refreshTopics(): Promise<void> {
    return this.#topics.refresh('app', 'duty', 'models', 'settings');
  }

  /** The current value of a topic. */
  async topic<T extends Topic>(topic: T): Promise<TopicValues[T]> {
    return await this.#topics.newest(topic);
  }

  /** Sets how one-time addresses of the window are made, once there is a window. */
  provideWindowAddress(make: () => string): void {
    this.#windowAddress = make;
  }

  /** Writes the file by which the command line finds this host. It is removed when the host stops. */
  announce(control: NonNullable<HostFile['control']>): Promise<void> {
    this.#clientPort = Number(new URL(control.url).port);
    return writeHostFile(this.#services.dataFolder.hostFile, { pid: process.pid, control });
  }

  /**
   * Whether this was never stored before, over all runs: for notices that are shown only once. Throws when it cannot
   * be stored.
   */
  isFirstTime(name: Acknowledgement): boolean {
    return this.#services.acknowledgements.addNew(name);
  }

  /** The computer is about to sleep. Resolves when no engine is left. */
  suspend(): Promise<void> {
    return this.#duty.suspend();
  }

  wakeUp(): void {
    this.#duty.wakeUp();
  }

  /** Ends the node and closes the data folder. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #examine(withBenchmark: boolean, signal: AbortSignal): Promise<Examination> {
    const doctor = {
      known: (): Known => ({
        app: this.#app(),
        duty: this.#duty.view,
        facts: this.#duty.facts,
        node: this.#node.status,
        settings: this.#settings.current,
        devices: this.#configuration.devices,
      }),
      node: this.#node,
      windowPort: () => (this.#windowAddress === undefined ? null : this.#clientPort),
    };
    return hostDoctor(doctor, withBenchmark, signal);
  }

  #begin(): void {
    this.#duty.start();
    this.#started.resolve(this.#node.start());
  }

  async #suggestHosting(): Promise<HostingSuggestion> {
    const freeBytes = await freeDiskBytes(this.#services.dataFolder.folder);
    return hostingSuggestion(freeBytes, this.#settings.current, this.#consent.wasGivenBefore);
  }

  #giveConsent(): void {
    if (this.#consent.give()) {
      this.log.write('info', 'host', 'The owner has agreed');
      this.#begin();
      this.#tell();
    }
  }

  async #stop(): Promise<void> {
    this.#tell();
    await Promise.all([this.#duty.stop(), this.#node.stop(), this.#keepAwake.stop()]);
    this.log.write('info', 'host', 'MindMesh has stopped');
    await this.#services.close();
  }

  async #changeSettings(changed: ChangedSettings): Promise<Settings> {
    try {
      await this.#configuration.changeSettings(changed);
    } finally {
      this.#duty.reconcile();
      this.#keepAwakeOrNot();
      // Parts outside of the host use these settings, too.
      this.#tell();
    }
    return this.#settings.current;
  }

  #keepAwakeOrNot(): void {
    this.#keepAwake.set(this.#settings.current.keepAwake && this.#duty.view.state === 'serving');
  }

  #nodeChanged(): void {
    this.#configuration.storeShardsById(this.#node.status?.models ?? []);
    this.#refreshCompute();
    this.#duty.reconcile();
    this.#tell();
  }

  #refreshCompute(): void {
    if (this.#stopped === undefined) {
      this.#configuration.refreshCompute(this.#duty.facts?.gpus);
    }
  }

  #tell(): void {
    this.#topics.changed();
    this.#listeners.forEach((listener) => listener());
  }
}
