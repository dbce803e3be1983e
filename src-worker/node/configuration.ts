/** The configuration of a running node, changed as a whole or not at all. */
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../src-shared/errors.ts';
import { type LiveConfig, needsNodeRestart } from '../../src-shared/api/node-config-change.ts';
import type { NodeConfig } from '../../src-shared/api/node-config.ts';
import type { NodeFeature } from './node-feature.ts';

export class Configuration {
  readonly #features: readonly NodeFeature[];
  #current: NodeConfig;
  /** Settles when the last change is done, so that changes run one after the other. */
  #settled: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(features: readonly NodeFeature[], config: NodeConfig) {
    this.#features = features;
    this.#current = config;
  }

  /**
   * Changes the configuration. Resolves when every feature uses it.
   *
   * @throws AppError `request-invalid` where the node must restart for it, `not-running`, and the error of a feature that
   * refuses it; the node keeps the former configuration then
   */
  change(config: LiveConfig): Promise<void> {
    const changed = this.#settled.then(() => this.#change({ ...config, work: this.#current.work }));
    this.#settled = changed.catch(() => {});
    return changed;
  }

  /** Refuses all later changes. */
  stop(): void {
    this.#isStopped = true;
  }

  async #change(next: NodeConfig): Promise<void> {
    const former = this.#current;
    if (this.#isStopped) {
      throw new AppError('not-running', 'The node is stopping.');
    }
    if (needsNodeRestart(former, next)) {
      throw new AppError('request-invalid', 'The node has to be started anew for this.');
    }
    if (isDeepStrictEqual(former, next)) {
      return;
    }
    const done: NodeFeature[] = [];
    try {
      for (const feature of this.#features) {
        await feature.configure?.(next, former);
        done.push(feature);
      }
      this.#current = next;
    } catch (error) {
      for (const feature of done.toReversed()) {
        await this.#takeBack(feature, former, next);
      }
      throw error;
    }
  }

  /** Gives a feature the former configuration again. An error is ignored, so that the other features are undone too. */
  async #takeBack(feature: NodeFeature, former: NodeConfig, next: NodeConfig): Promise<void> {
    try {
      await feature.configure?.(former, next);
    } catch {
      // The caller gets the error of the change itself.
    }
  }
}
