/**
 * The node process as the host sees it. The supervisor keeps it running; requests go over its current link; after a
 * crash it starts again with the same configuration.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { PassedOnApi } from '../../src-shared/api/host-api.ts';
import type { NodeApi, NodeMethod, NodeResult } from '../../src-shared/api/node-api.ts';
import {
  type NodeConfigInput,
  nodeRuntimeFlags,
  type WorkOrder,
} from '../../src-shared/api/node-config.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { NodeTopic, TopicValues } from '../../src-shared/api/topics.ts';
import type { Usage } from '../../src-shared/api/usage.ts';
import { AppError, describeCauses } from '../../src-shared/errors.ts';
import { mayMendStart, needsNodeRestart } from '../../src-shared/api/node-config-change.ts';
import type { ChildPlan } from '../../src-shared/process/child.ts';
import { Supervisor, type SupervisorState } from '../../src-shared/process/supervisor.ts';
import type { RestartPolicy } from '../../src-shared/process/restart-policy.ts';
import type { NoticeListeners, StreamOptions } from '../../src-shared/rpc/client.ts';
import type { MethodName, Params, ParsedParams, Result } from '../../src-shared/rpc/contract.ts';
import { LeftOutEntries } from './left-out-entries.ts';
import type { Log } from '../base/log.ts';
import { NodeHeartbeat } from './node-heartbeat.ts';
import { startByLink } from './child-link.ts';
import { linkToNode, type NodeLink } from './node-link.ts';
import { childNames, exitWords, hostErrors } from '../../src-shared/words/errors.ts';

export type NodeProcessOptions = {
  /** A Node.js that runs the script. */
  readonly command: string;
  readonly script: string;
  readonly config: NodeConfigInput;
  /** The order of the first start, until another one comes. */
  readonly work: WorkOrder;
  readonly log: Log;
  /** Called when state, status or progress have changed. */
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
/** Leaves the host time to end within the three seconds that a terminal's Ctrl-C may take. */
const defaultStopWithinMs = 2000;
/** A request waits this long for a node that is starting, in milliseconds. */
const patienceMs = 15_000;
/** A node that has not ended its engines this long after the order is killed with them, in milliseconds. */
const pauseWithinMs = 1500;

export class NodeProcess {
  readonly #options: NodeProcessOptions;
  readonly #supervisor: Supervisor;
  readonly #imports = new Map<string, ImportProgress>();
  readonly #waiting = new Set<() => void>();
  readonly #leftOut: LeftOutEntries;
  readonly #heartbeat: NodeHeartbeat;
  #config: NodeConfigInput;
  #work: WorkOrder;
  #link: NodeLink | undefined;
  #status: NodeStatus | null = null;

  constructor(options: NodeProcessOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#work = options.work;
    this.#leftOut = new LeftOutEntries(options.log);
    this.#heartbeat = new NodeHeartbeat({
      ask: async () => this.#link?.call('ping', {}),
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

  /** The node's own warnings, and entries of its responses that could not be read: sentences for the owner. */
  get warnings(): readonly string[] {
    return [...(this.#status?.warnings ?? []), ...this.#leftOut.sentences];
  }

  /**
   * Resolves when the node is ready for the first time. Rejects with the reason of a failed first start; further
   * tries follow.
   */
  start(): Promise<void> {
    return this.#supervisor.start();
  }

  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  /** Changes the configuration: in the running node, or by a restart where a part of it needs that. */
  async configure(config: NodeConfigInput): Promise<void> {
    const former = this.#config;
    this.#config = config;
    if (this.state.name === 'stopped' || isDeepStrictEqual(config, former)) {
      // A change of settings does not start the node, since it must not run before the owner's consent.
      return;
    }
    const isWaiting = this.state.name === 'waiting';
    if (needsNodeRestart(former, config) || (isWaiting && mayMendStart(former, config))) {
      await this.stop();
      await this.start();
    } else if (!isWaiting) {
      await this.#request('configure', config);
    }
  }

  /**
   * Orders the node to serve, to drain, or to be without engines. A node that starts later gets the newest order.
   * Resolves when the order is carried out, or when there is no node and so no engine.
   */
  async setWork(work: WorkOrder): Promise<void> {
    this.#work = work;
    while (this.state.name === 'starting' || this.state.name === 'stopping') {
      // A node gets the newest order before it counts as running.
      await this.#nextState(patienceMs);
    }
    if (this.state.name !== 'running') {
      return;
    }
    const { child } = this.state;
    const carriedOut = this.#request('setWork', this.#work);
    if (work.state !== 'paused') {
      await carriedOut;
      return;
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

  async #request<M extends NodeMethod>(
    method: M,
    params: Params<NodeApi, M>,
  ): Promise<NodeResult<M>> {
    const link = await this.#whenRunning();
    return link.call(method, params);
  }

  async importModel(params: Params<NodeApi, 'importModel'>): Promise<NodeResult<'importModel'>> {
    try {
      return await this.#request('importModel', params);
    } finally {
      this.#imports.delete(params.path);
      this.#options.onChange();
    }
  }

  /**
   * Passes on a topic of the node over all its restarts, and null while the node does not run. Ends with the signal,
   * and never fails.
   */
  async watch<T extends NodeTopic>(
    topic: T,
    signal: AbortSignal,
    tell: (value: TopicValues[T] | null) => void,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const link = await this.#whenRunning();
        await link.stream(
          'watch',
          { topics: [topic] },
          {
            signal,
            onEvent: ({ value }, leftOut) => {
              this.#leftOut.tell(topic, leftOut);
              tell(value as TopicValues[T]);
            },
          },
        );
      } catch {
        if (!signal.aborted) {
          tell(null);
          await this.#nextState(patienceMs);
        }
      }
    }
  }

  /** Has it look again for what it computes on; the status tells what it finds. */
  async lookForDevices(): Promise<void> {
    await this.#request('lookForDevices', {});
  }

  /** The status at this moment; the node sends it by itself only once a second. */
  freshStatus(): Promise<NodeStatus> {
    return this.#request('status', {});
  }

  /**
   * Passes a client's request on to the node. What the request changes is in the status before its response arrives.
   *
   * @throws AppError the node's error; `cancelled` as soon as the signal aborts
   */
  async passOn<M extends MethodName<PassedOnApi>>(
    method: M,
    params: ParsedParams<PassedOnApi, M>,
    options: StreamOptions<PassedOnApi, M>,
  ): Promise<Result<PassedOnApi, M>> {
    const link = await this.#whenRunning();
    return await link.stream(method as never, params as never, options as never);
  }

  #plan(): ChildPlan {
    const { command, script, log, readyWithinMs, stopWithinMs } = this.#options;
    let link: NodeLink | undefined;
    return {
      name: childNames.node,
      command,
      args: [...nodeRuntimeFlags, script],
      links: ['ipc'],
      ownGroup: true,
      readyWithinMs: readyWithinMs ?? defaultReadyWithinMs,
      stopWithinMs: stopWithinMs ?? defaultStopWithinMs,
      whenReady: async (process, signal) => {
        const opened = linkToNode(process, {
          notices: this.#notices(),
          onBadMessage: (problem) =>
            log.write('warn', 'node', 'Not understood from the mesh node', { problem }),
          // The node's response to `start` is its first status.
          onLeftOut: (method, leftOut) =>
            this.#leftOut.tell(method === 'start' ? 'status' : method, leftOut),
        });
        link = opened;
        this.#link = await startByLink(opened, signal, () => this.#begin(opened));
      },
      askToStop: () => {
        link?.call('stop', {}).catch(() => {
          // Only the exit of the process counts.
        });
      },
      output: { onLine: (line) => log.write('info', 'node output', line) },
    };
  }

  /** Tells the node what to do until that was the newest order. */
  async #begin(link: NodeLink): Promise<NodeLink> {
    let told = this.#work;
    this.#status = await link.call('start', { ...this.#config, work: told });
    while (!isDeepStrictEqual(told, this.#work)) {
      told = this.#work;
      await link.call('setWork', told);
    }
    return link;
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

  /** Kills a node that hangs, with its engines; the supervisor starts the next one. */
  #endHung(forMs: number): void {
    if (this.state.name === 'running') {
      this.state.child.kill(exitWords.silent(Math.round(forMs / 1000)));
    }
  }

  #notices(): NoticeListeners<NodeApi> {
    const { log, onChange, onUsage } = this.#options;
    return {
      status: (status, leftOut) => {
        this.#heartbeat.heard();
        this.#leftOut.tell('status', leftOut);
        this.#status = status;
        onChange();
      },
      importProgress: (progress) => {
        this.#heartbeat.heard();
        this.#imports.set(progress.path, progress);
        onChange();
      },
      usage: (usage) => {
        this.#heartbeat.heard();
        onUsage(usage);
      },
      log: ({ level, source, message, details }) => {
        this.#heartbeat.heard();
        log.write(level, source, message, details);
      },
    };
  }

  /** The link to the running node. A node that is starting, or about to start, is waited for. */
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
        throw new AppError('not-running', hostErrors.nodeStopped);
      }
      if (Math.max(retryAt, performance.now()) >= deadline) {
        throw state.name === 'waiting'
          ? state.error
          : new AppError('not-running', hostErrors.nodeStarting);
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
      // This timer alone does not keep the process running.
      const timer = setTimeout(wake, withinMs).unref();
      this.#waiting.add(wake);
    });
  }
}
