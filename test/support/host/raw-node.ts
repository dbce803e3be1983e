/** A node process at the other end of a bare IPC channel, for messages that no host should send. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { controlNotices } from '../../../src-shared/api/node-control.ts';
import { type ServerMessage, serverMessageSchema } from '../../../src-shared/rpc/contract.ts';
import { nodeRuntimeFlags } from '../../../src-shared/api/node-config.ts';
import { eventually } from './host-processes.ts';

const script = fileURLToPath(
  new URL('../../../build/src-worker/node/bundled/node.js', import.meta.url),
);

type Response = Extract<ServerMessage, { type: 'result' | 'error' }>;

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
    return this.#messages().flatMap((each) =>
      each.type === 'notice' && each.name === 'log'
        ? [controlNotices.log.parse(each.value).message]
        : [],
    );
  }

  /** The numbers of all requests that got a response, in order. */
  get responded(): number[] {
    return this.#messages().flatMap((each) => (each.type === 'result' ? [each.id] : []));
  }

  send(...messages: readonly (object | string | number | boolean)[]): void {
    for (const message of messages) {
      this.#child.send(message);
    }
  }

  /** The response to the request with this number, as a list that is empty until it has come. */
  responses(id: number): Promise<Response[]> {
    return eventually(`the response to ${id}`, () => {
      const found = this.#messages().filter(
        (each): each is Response =>
          (each.type === 'result' || each.type === 'error') && each.id === id,
      );
      return found.length > 0 ? found : undefined;
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

  /** Fails for a message that a host would not understand. */
  #messages(): ServerMessage[] {
    return this.#received.map((message) => serverMessageSchema.parse(message));
  }
}
