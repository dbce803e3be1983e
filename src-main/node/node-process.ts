/**
 * The node process as the host sees it: kept running by the supervisor, asked over its current link, started
 * again with the same configuration after a crash.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ChatEvent, ChatRequest } from '../../src-shared/chat.ts';
import { AppError, describeCauses } from '../../src-shared/errors.ts';
import {
  type NodeConfigInput,
  type NodeMethod,
  type NodeParams,
  type NodeResult,
  nodeRuntimeFlags,
  type NodeStatus,
  type Usage,
  type WorkOrder,
} from '../../src-shared/node-api.ts';
import { mayMendStart, needsNodeRestart } from '../../src-shared/live-config.ts';
import type { PoolMethod } from '../../src-shared/pool.ts';
import type { ChildPlan } from '../../src-shared/process/child.ts';
import { Supervisor, type SupervisorState } from '../../src-shared/process/supervisor.ts';
import type { RestartPolicy } from '../../src-shared/process/restart-policy.ts';
import { LeftOutEntries } from './left-out-entries.ts';
import type { Log } from '../base/log.ts';
import { NodeHeartbeat } from './node-heartbeat.ts';
import { type NodeEvent, NodeLink } from './node-link.ts';

export type NodeProcessOptions = {
  /** A Node.js to run the script with. */
  readonly command: string;
  readonly script: string;
  readonly config: NodeConfigInput;
  /** What the first life of the node does until it is told otherwise. */
  readonly work: WorkOrder;
  readonly log: Log;
  /** State, status or progress are no longer what they were. */
  readonly onChange: () => void;
  readonly onUsage: (usage: Usage) => void;
  readonly restartPolicy?: RestartPolicy;
  readonly readyWithinMs?: number;
  readonly stopWithinMs?: number;
};

export type ImportProgress = {
  readonly path: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
};

/** A first start may have to read a large library of models on a slow disk. */
const defaultReadyWithinMs = 60_000;
/** Leaves the host time for its own end within the three seconds that a terminal's Ctrl-C may take. */
const defaultStopWithinMs = 2000;
/** A request that comes while the node starts waits for it this long. */
const patienceMs = 15_000;
/** A node that has not ended its engines by then, after the order to, is ended with them. */
const pauseWithinMs = 1500;

export class NodeProcess {
  readonly #options: NodeProcessOptions;
  readonly #supervisor: Supervisor;
  readonly #chats = new Map<number, (event: ChatEvent) => void>();
  readonly #imports = new Map<string, ImportProgress>();
  readonly #waiting = new Set<() => void>();
  readonly #leftOut: LeftOutEntries;
  readonly #heartbeat: NodeHeartbeat;
  #config: NodeConfigInput;
  #work: WorkOrder;
  #link: NodeLink | undefined;
  #status: NodeStatus | null = null;
  #nextChat = 1;

  constructor(options: NodeProcessOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#work = options.work;
    this.#leftOut = new LeftOutEntries(options.log);
    this.#heartbeat = new NodeHeartbeat({
      ask: async () => this.#link?.request('ping', {}),
      onSilence: (forMs) => this.#endHung(forMs),
    });
    this.#supervisor = new Supervisor({
      plan: () => this.#plan(),
      onState: (state) => this.#onState(state),
      ...(options.restartPolicy === undefined ? {} : { policy: options.restartPolicy }),
    });
  }

  get state(): SupervisorState {
    return this.#supervisor.state;
  }

  /** null while the node is not running. */
  get status(): NodeStatus | null {
    return this.#status;
  }

  get pid(): number | undefined {
    return this.state.name === 'running' ? this.state.child.pid : undefined;
  }

  /** Imports under way. */
  get imports(): readonly ImportProgress[] {
    return [...this.#imports.values()];
  }

  /** What the node warns of, and what could not be read of its answers: sentences for the owner. */
  get warnings(): readonly string[] {
    return [...(this.#status?.warnings ?? []), ...this.#leftOut.sentences];
  }

  /** Resolves at the first readiness; rejects with the reason of the first failure, and goes on trying. */
  start(): Promise<void> {
    return this.#supervisor.start();
  }

  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  /** Makes the node go by another configuration: while it runs, or started anew where a part of it needs that. */
  async configure(config: NodeConfigInput): Promise<void> {
    const former = this.#config;
    this.#config = config;
    if (this.state.name === 'stopped' || isDeepStrictEqual(config, former)) {
      // Not to be started by a change of settings: before the owner's consent it must not run.
      return;
    }
    const isWaiting = this.state.name === 'waiting';
    if (needsNodeRestart(former, config) || (isWaiting && mayMendStart(former, config))) {
      await this.stop();
      await this.start();
    } else if (!isWaiting) {
      await this.#request('configure', config);
      await this.#refresh();
    }
  }

  /**
   * Orders the node to serve, to drain, or to be without engines; a node that starts later does so with the newest
   * order. Resolves when it is carried out, or when there is no node and so no engine.
   */
  async setWork(work: WorkOrder): Promise<void> {
    this.#work = work;
    while (this.state.name === 'starting' || this.state.name === 'stopping') {
      // A node is told the newest order before it counts as running.
      await this.#nextState(patienceMs);
    }
    if (this.state.name !== 'running') {
      return;
    }
    const { child } = this.state;
    const carriedOut = this.#request('setWork', this.#work).then(() => this.#refresh());
    if (work.state !== 'paused') {
      return carriedOut;
    }
    const late = delay(pauseWithinMs, true, { ref: false });
    const isLate = await Promise.race([late, carriedOut.then(() => false).catch(() => true)]);
    if (isLate) {
      this.#options.log.write(
        'error',
        'node',
        'The mesh node did not end its engines; it is ended',
      );
      child.kill();
      await child.exited;
    }
  }

  async #request<M extends NodeMethod>(method: M, params: NodeParams<M>): Promise<NodeResult<M>> {
    const link = await this.#whenRunning();
    return link.request(method, params);
  }

  async importModel(params: NodeParams<'importModel'>): Promise<NodeResult<'importModel'>> {
    try {
      const model = await this.#request('importModel', params);
      await this.#refresh();
      return model;
    } finally {
      this.#imports.delete(params.path);
      this.#options.onChange();
    }
  }

  async removeModel(params: NodeParams<'removeModel'>): Promise<NodeResult<'removeModel'>> {
    const model = await this.#request('removeModel', params);
    await this.#refresh();
    return model;
  }

  /** As large as it is, so that it has no deadline. Its progress is in the status. */
  async downloadModel(params: NodeParams<'downloadModel'>): Promise<NodeResult<'downloadModel'>> {
    const model = await this.#request('downloadModel', params);
    await this.#refresh();
    return model;
  }

  /** What is the node's alone; the host only passes on what its clients ask. */
  ask<M extends PoolMethod | 'status' | 'modelStorage' | 'catalog' | 'cancelDownload' | 'route'>(
    method: M,
    params: NodeParams<M>,
  ): Promise<NodeResult<M>> {
    return this.#request(method, params);
  }

  /**
   * Resolves when the answer is complete; its events came before.
   *
   * @throws AppError `cancelled` as soon as the signal aborts, and what the node answers
   */
  async chat(
    request: ChatRequest,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const link = await this.#whenRunning();
    const chat = this.#nextChat++;
    const { promise: cancelled, reject } = Promise.withResolvers<never>();
    const cancel = (): void => {
      reject(new AppError('cancelled', 'The answer was stopped.'));
      link.request('cancelChat', { chat }).catch(() => {
        // The node is gone, and the chat with it.
      });
    };
    this.#chats.set(chat, onEvent);
    try {
      signal.addEventListener('abort', cancel);
      if (signal.aborted) {
        throw new AppError('cancelled', 'The answer was stopped.');
      }
      await Promise.race([link.request('chat', { chat, request }), cancelled]);
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#chats.delete(chat);
    }
  }

  /** The node tells its status when it changed, but not at once; whoever changed something sees it at once. */
  async #refresh(): Promise<void> {
    this.#status = await this.#request('status', {});
    this.#options.onChange();
  }

  #plan(): ChildPlan {
    const { command, script, log, readyWithinMs, stopWithinMs } = this.#options;
    let link: NodeLink | undefined;
    return {
      name: 'The mesh node',
      command,
      args: [...nodeRuntimeFlags, script],
      links: ['ipc'],
      ownGroup: true,
      readyWithinMs: readyWithinMs ?? defaultReadyWithinMs,
      stopWithinMs: stopWithinMs ?? defaultStopWithinMs,
      whenReady: async (process, signal) => {
        link = new NodeLink(process, {
          onEvent: (event) => this.#onEvent(event),
          onBadMessage: (problem) =>
            log.write('warn', 'node', 'Not understood from the mesh node', { problem }),
          onLeftOut: (source, leftOut) => this.#leftOut.tell(source, leftOut),
        });
        try {
          let told = this.#work;
          this.#status = await link.request('start', { ...this.#config, work: told });
          while (!isDeepStrictEqual(told, this.#work)) {
            told = this.#work;
            await link.request('setWork', told);
          }
          this.#link = link;
        } catch (error) {
          if (link.isClosed && !signal.aborted) {
            // The process is ending, and how it ends tells more than that its link closed.
            await once(signal, 'abort');
          }
          throw error;
        }
      },
      askToStop: () => {
        link?.request('stop', {}).catch(() => {
          // Its exit is what counts.
        });
      },
      output: { onLine: (line) => log.write('info', 'node output', line) },
    };
  }

  #onState(state: SupervisorState): void {
    if (state.name === 'running') {
      this.#heartbeat.begin();
    } else {
      this.#heartbeat.end();
      this.#link = undefined;
      this.#status = null;
      this.#imports.clear();
      this.#leftOut.clear();
    }
    for (const wake of this.#waiting) {
      wake();
    }
    const { log } = this.#options;
    if (state.name === 'waiting') {
      log.write('error', 'node', state.error.message, {
        cause: describeCauses(state.error.cause),
      });
    } else {
      const pid = state.name === 'running' ? { pid: state.child.pid } : {};
      log.write('info', 'node', `The mesh node is ${state.name}`, pid);
    }
    this.#options.onChange();
  }

  /** Its engines go with it; the supervisor starts the next one. */
  #endHung(forMs: number): void {
    if (this.state.name === 'running') {
      this.state.child.kill(`it gave no sign of life for ${Math.round(forMs / 1000)} seconds`);
    }
  }

  #onEvent(event: NodeEvent): void {
    this.#heartbeat.heard();
    const { log, onChange, onUsage } = this.#options;
    switch (event.type) {
      case 'status':
        this.#status = event.status;
        onChange();
        break;
      case 'chat':
        this.#chats.get(event.chat)?.(event.event);
        break;
      case 'importProgress': {
        const { path, doneBytes, totalBytes } = event;
        this.#imports.set(path, { path, doneBytes, totalBytes });
        onChange();
        break;
      }
      case 'usage':
        onUsage(event.usage);
        break;
      case 'log':
        log.write(event.level, event.source, event.message, event.details);
        break;
    }
  }

  /** The link of a running node; one that is starting, or about to, is waited for. */
  async #whenRunning(): Promise<NodeLink> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const { state } = this;
      // A link closes a moment before the exit of its process is known.
      if (state.name === 'running' && this.#link?.isClosed === false) {
        return this.#link;
      }
      const retryAt = state.name === 'waiting' ? state.retryAt : 0;
      if (state.name === 'stopped' || state.name === 'stopping') {
        throw new AppError('not-running', 'The mesh node is stopped.');
      }
      if (Math.max(retryAt, performance.now()) >= deadline) {
        throw state.name === 'waiting'
          ? state.error
          : new AppError('not-running', 'The mesh node is still starting; try again in a moment.');
      }
      await this.#nextState(deadline - performance.now());
    }
  }

  #nextState(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.#waiting.add(wake);
    });
  }
}
