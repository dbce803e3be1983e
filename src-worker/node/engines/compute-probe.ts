/** Finds out what this machine computes on, with an engine process that loads no model. */
import { toAppError } from '../../../src-shared/errors.ts';
import type { Compute } from '../../../src-shared/compute.ts';
import type { Log } from '../base/log.ts';

export type ComputeProbeOptions = {
  /** Resolves with what there is; a driver may end the process that looks. */
  readonly find: (backend: 'auto' | 'cpu', signal: AbortSignal) => Promise<Compute>;
  readonly onChange: () => void;
  readonly log: Log;
};

const onlyProcessor: Compute = { backend: 'cpu', devices: [] };

export class ComputeProbe {
  readonly #options: ComputeProbeOptions;
  #compute: Compute | undefined;
  #looking = new AbortController();
  #look: Promise<void> = Promise.resolve();

  constructor(options: ComputeProbeOptions) {
    this.#options = options;
  }

  /** What was found last; undefined before the first result. */
  get compute(): Compute | undefined {
    return this.#compute;
  }

  /** Looks again; a look under way is given up. Without a graphics card to look for, no process is started. */
  look(backend: 'auto' | 'cpu'): void {
    this.#looking.abort();
    this.#looking = new AbortController();
    if (backend === 'cpu') {
      this.#found(onlyProcessor);
    } else {
      this.#look = this.#find(backend, this.#looking.signal);
    }
  }

  /** Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#looking.abort();
    await this.#look;
  }

  async #find(backend: 'auto' | 'cpu', signal: AbortSignal): Promise<void> {
    const { find, log } = this.#options;
    try {
      const compute = await find(backend, signal);
      if (!signal.aborted) {
        log('info', 'Engines compute on', { backend: compute.backend, devices: compute.devices });
        this.#found(compute);
      }
    } catch (error) {
      if (!signal.aborted) {
        const { message } = toAppError(error);
        log('error', 'The graphics devices could not be looked for; the processor computes', {
          cause: message,
        });
        this.#found({ ...onlyProcessor, fault: message.slice(0, 1000) });
      }
    }
  }

  #found(compute: Compute): void {
    this.#compute = compute;
    this.#options.onChange();
  }
}
