/** A node process at the other end of a bare IPC channel, for hosts that say what no host should. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  nodeMessageSchema,
  type NodeMessage,
  nodeRuntimeFlags,
} from '../../../src-shared/node-api.ts';
import { eventually } from './host-processes.ts';

const script = fileURLToPath(
  new URL('../../../build/src-worker/node/bundled/node.js', import.meta.url),
);

type Answer = Extract<NodeMessage, { type: 'result' | 'error' }>;

export class RawNode {
  readonly #child: ChildProcess;
  readonly #received: unknown[] = [];
  readonly #exited: Promise<unknown[]>;

  constructor() {
    this.#child = fork(script, { execArgv: [...nodeRuntimeFlags] });
    this.#exited = once(this.#child, 'exit');
    this.#child.on('message', (message) => this.#received.push(message));
  }

  /** What the node logged, in order. */
  get logs(): string[] {
    return this.#messages().flatMap((each) => (each.type === 'log' ? [each.message] : []));
  }

  send(...messages: readonly (object | string | number | boolean)[]): void {
    for (const message of messages) {
      this.#child.send(message);
    }
  }

  /** All answers to requests of this number, when there are as many as wanted. */
  answers(id: number, count = 1): Promise<Answer[]> {
    return eventually(`${count} answers to ${id}`, () => {
      const found = this.#messages().filter(
        (each): each is Answer =>
          (each.type === 'result' || each.type === 'error') && each.id === id,
      );
      return found.length >= count ? found : undefined;
    });
  }

  disconnect(): void {
    this.#child.disconnect();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit code and signal. */
  async ended(): Promise<unknown[]> {
    return await this.#exited;
  }

  /** Fails for what a host would not understand. */
  #messages(): NodeMessage[] {
    return this.#received.map((message) => nodeMessageSchema.parse(message));
  }
}
