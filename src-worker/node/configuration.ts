/** The configuration that a running node goes by, changed as a whole or not at all. */
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../src-shared/errors.ts';
import { type LiveConfig, needsNodeRestart } from '../../src-shared/api/node-config-change.ts';
import type { NodeConfig } from '../../src-shared/api/node-config.ts';
import type { NodeFeature } from './node-feature.ts';

export class Configuration {
  readonly #features: readonly NodeFeature[];
  #current: NodeConfig;
  /** One change after the other. */
  #settled: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(features: readonly NodeFeature[], config: NodeConfig) {
    this.#features = features;
    this.#current = config;
  }

  /**
   * Resolves when every feature goes by the configuration.
   *
   * @throws AppError `request-invalid` where the node has to be started anew for it, `not-running`, and what a feature that
   * refuses it throws; the node goes by the former configuration then
   */
  change(config: LiveConfig): Promise<void> {
    const changed = this.#settled.then(() => this.#change({ ...config, work: this.#current.work }));
    this.#settled = changed.catch(() => {});
    return changed;
  }

  /** Changes nothing any more. */
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

  /** What was so a moment ago is not refused; where it is all the same, the others still have to go back. */
  async #takeBack(feature: NodeFeature, former: NodeConfig, next: NodeConfig): Promise<void> {
    try {
      await feature.configure?.(former, next);
    } catch {
      // The error of the change itself is what its owner is told.
    }
  }
}
