/** A real node process with a data folder of its own, which the test drives as its host would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Params } from '../../../src-shared/rpc/contract.ts';
import { linkToNode, type NodeLink } from '../../../src-main/node/node-link.ts';
import type { ChatEvent, ChatRequestInput } from '../../../src-shared/chat.ts';
import type { NodeMethod, NodeApi, NodeResult } from '../../../src-shared/api/node-api.ts';
import { type NodeConfigInput, nodeRuntimeFlags } from '../../../src-shared/api/node-config.ts';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import type { Usage } from '../../../src-shared/api/usage.ts';

const script = fileURLToPath(
  new URL('../../../build/src-worker/node/bundled/node.js', import.meta.url),
);
const conditionWithinMs = 60_000;

export type NodeProcessConfig = Partial<Omit<NodeConfigInput, 'dataFolder'>> & {
  /** A given folder stays; a temporary one is removed with the process. */
  readonly dataFolder?: string;
  /** Command and first arguments that run a program in another network namespace; absent: in this one. */
  readonly place?: readonly [string, ...string[]];
};

export class NodeProcess {
  readonly dataFolder: string;
  readonly usage: Usage[] = [];
  /** The node's log, for messages of failed tests. */
  readonly logs: string[] = [];
  readonly #child: ChildProcess;
  readonly #link: NodeLink;
  readonly #ownsFolder: boolean;
  readonly #exited: Promise<unknown>;
  #status: NodeStatus | undefined;
  #config: NodeConfigInput | undefined;

  /** Starts a node that listens on loopback only and takes any free ports, unless the config says otherwise. */
  static async start({ place, ...config }: NodeProcessConfig = {}): Promise<NodeProcess> {
    const node = await NodeProcess.launch(config.dataFolder, place);
    try {
      node.#config = {
        listen: ['/ip4/127.0.0.1/tcp/0'],
        mdns: false,
        gateway: { port: 0, apiKey: 'mm-for-tests-and-benchmarks-only' },
        engine: { threads: 2, backend: 'cpu' },
        ...config,
        dataFolder: node.dataFolder,
      };
      node.#status = await node.request('start', node.#config);
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  /** Starts the process alone, without the request `start`. */
  static async launch(
    dataFolder?: string,
    place?: NodeProcessConfig['place'],
  ): Promise<NodeProcess> {
    const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'mindmesh-node-')));
    return new NodeProcess(folder, dataFolder === undefined, place);
  }

  private constructor(dataFolder: string, ownsFolder: boolean, place: NodeProcessConfig['place']) {
    this.dataFolder = dataFolder;
    this.#ownsFolder = ownsFolder;
    const [command, ...first] =
      place === undefined ? [process.execPath] : [...place, process.execPath];
    this.#child = spawn(command, [...first, ...nodeRuntimeFlags, script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit');
    this.#link = linkToNode(this.#child, {
      notices: {
        status: (status, leftOut) => {
          this.logs.push(...leftOut);
          this.#status = status;
        },
        importProgress: () => {},
        usage: (usage) => this.usage.push(usage),
        log: ({ level, source, message }) => this.logs.push(`${level} ${source}: ${message}`),
      },
      onBadMessage: (problem) => this.logs.push(`not understood: ${problem}`),
      onLeftOut: (_, leftOut) => this.logs.push(...leftOut),
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The newest status. */
  get status(): NodeStatus {
    if (this.#status === undefined) {
      throw new Error('The node has not started');
    }
    return this.#status;
  }

  get enginePids(): number[] {
    return this.status.shards.flatMap(({ pid }) => pid ?? []);
  }

  request<M extends NodeMethod>(method: M, params: Params<NodeApi, M>): Promise<NodeResult<M>> {
    return this.#link.call(method, params);
  }

  /** Changes a part of its configuration. */
  async configure(changed: Partial<NodeConfigInput>): Promise<void> {
    if (this.#config === undefined) {
      throw new Error('The node has not started');
    }
    const { work: _, ...config } = { ...this.#config, ...changed };
    await this.request('configure', config);
    this.#config = { ...this.#config, ...changed };
  }

  /** Sends any message, as a faulty host would. */
  sendRaw(message: object): void {
    this.#child.send(message);
  }

  /** Waits until the node's status is as the condition says, and returns it. */
  async until(condition: (status: NodeStatus) => boolean, what: string): Promise<NodeStatus> {
    const deadline = Date.now() + conditionWithinMs;
    for (;;) {
      this.#status = await this.request('status', {});
      if (condition(this.#status)) {
        return this.#status;
      }
      if (Date.now() > deadline) {
        throw new Error(`Still not true after a minute: ${what}\n${this.logs.join('\n')}`);
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }

  async untilServing(): Promise<void> {
    await this.until(
      ({ shards }) => shards.every(({ state }) => state === 'serving'),
      'all shards are serving',
    );
  }

  /** Waits until this node, or a peer that it is connected to, hosts every layer of a model. */
  async untilAvailable(model: string): Promise<void> {
    await this.until(
      ({ models }) => models.some(({ name, available }) => name === model && available),
      `${model} is available`,
    );
  }

  /** Runs a chat; `over` settles as the request does. */
  chat(
    request: ChatRequestInput,
    onEvent: (event: ChatEvent) => void = () => {},
  ): { readonly over: Promise<ChatEvent[]>; readonly cancel: () => void } {
    const events: ChatEvent[] = [];
    const abort = new AbortController();
    const options = {
      signal: abort.signal,
      onEvent: (event: ChatEvent) => {
        events.push(event);
        onEvent(event);
      },
    };
    const over = this.#link.stream('chat', request, options).then(() => events);
    return { over, cancel: () => abort.abort() };
  }

  /** The text of a greedy answer, and the last event. */
  async ask(
    request: ChatRequestInput,
  ): Promise<{ text: string; done: Extract<ChatEvent, { type: 'done' }> }> {
    const events = await this.chat(request).over;
    const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
    const done = events.find((event) => event.type === 'done');
    if (done === undefined) {
      throw new Error('The answer ended without its last event');
    }
    return { text, done };
  }

  /** Kills the node, as a power failure would: it cannot say that it leaves. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Closes the channel, as a host that dies would. */
  async disconnect(): Promise<void> {
    this.#child.disconnect();
    await this.#exited;
  }

  /** Stops the process in whatever state it is, and removes its files. */
  async stop(): Promise<void> {
    if (this.isRunning) {
      this.#link.call('stop', {}).catch(() => {});
      await this.#exited;
    }
    if (this.#ownsFolder) {
      await rm(this.dataFolder, { recursive: true, force: true });
    }
  }
}
