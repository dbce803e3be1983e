/** Keeps the node's configuration in step with the settings, and with the memory that hosted layers may take. */
import type { ModelEntry } from '../../src-shared/api/models.ts';
import type { NodeConfigInput } from '../../src-shared/api/node-config.ts';
import type { Facts } from '../../src-shared/duty.ts';
import { describeCauses } from '../../src-shared/errors.ts';
import type { ChangedSettings } from '../../src-shared/settings/settings.ts';
import type { Log } from '../base/log.ts';
import { HostingMemory, usableMemoryBytes } from '../node/hosting-memory.ts';
import { isApiPortChosen, nodeConfig, type NodeFacts } from '../node/node-config.ts';
import type { NodeProcess } from '../node/node-process.ts';
import { settledShards, withIds } from '../node/shards-by-id.ts';
import type { EffectiveSettings } from './effective-settings.ts';

export type NodeConfigurationOptions = {
  readonly settings: EffectiveSettings;
  readonly facts: Omit<NodeFacts, 'hostingMemoryBytes' | 'isApiPortChosen'>;
  /** Called at each configuration, since the node itself is made with the first one. */
  readonly node: () => Pick<NodeProcess, 'configure' | 'freshStatus' | 'state' | 'status'>;
  readonly log: Log;
};

export class NodeConfiguration {
  readonly #options: NodeConfigurationOptions;
  readonly #memory = new HostingMemory(usableMemoryBytes());
  #configuring: Promise<unknown> = Promise.resolve();

  constructor(options: NodeConfigurationOptions) {
    this.#options = options;
  }

  get current(): NodeConfigInput {
    const { settings, facts } = this.#options;
    return nodeConfig(settings.current, {
      ...facts,
      hostingMemoryBytes: this.hostingMemoryBytes,
      isApiPortChosen: isApiPortChosen(settings.current, settings.overrides),
    });
  }

  /** Bytes that hosted layers may take. */
  get hostingMemoryBytes(): number {
    return this.#memory.bytes(this.#options.settings.current);
  }

  /**
   * Stores changed settings and configures the node by them. A setting that the node refuses is undone, so that the
   * stored settings are those that run.
   *
   * @throws AppError when they cannot be written, and what the node throws
   */
  async changeSettings(changed: ChangedSettings): Promise<void> {
    const { settings, node } = this.#options;
    const takeBack = settings.change(await withIds(changed, node()));
    try {
      await this.#configure();
    } catch (error) {
      takeBack();
      await this.#configure().catch(() => {});
      throw error;
    }
  }

  /**
   * Stores the ids of hosted models that the node did not know when their names were set. On a full disk the names
   * stay.
   */
  storeShardsById(models: readonly ModelEntry[]): void {
    try {
      this.#options.settings.rewriteShards((shards) => settledShards(shards, models));
    } catch (error) {
      const cause = describeCauses(error);
      this.#options.log.write('debug', 'store', 'Hosted shards could not be stored by id', {
        cause,
      });
    }
  }

  /** The memory for layers changes once the cards are known, and once the backend of the layers is known. */
  refreshMemory(gpus: Facts['gpus'] | undefined): void {
    const { settings, node, log } = this.#options;
    const { status, state } = node();
    if (state.name !== 'running' || status === null) {
      return;
    }
    if (this.#memory.refresh(gpus, status.shards, settings.current)) {
      this.#configure().catch((error: unknown) => {
        log.write('warn', 'host', 'The memory for hosted layers could not be set', {
          cause: describeCauses(error),
        });
      });
    }
  }

  /** Configurations follow one another, each with the settings of that moment. */
  #configure(): Promise<void> {
    const configured = this.#configuring.then(() => this.#options.node().configure(this.current));
    this.#configuring = configured.catch(() => {});
    return configured;
  }
}
