/** Keeps the node's configuration in step with the settings, and with the devices and memory that hosted layers may take. */
import { isDeepStrictEqual } from 'node:util';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import type { NodeConfigInput } from '../../src-shared/api/node-config.ts';
import type { Compute, UsedDevice } from '../../src-shared/compute.ts';
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
  readonly facts: Omit<
    NodeFacts,
    'hostingMemoryBytes' | 'engineMemoryBytes' | 'devices' | 'isApiPortChosen'
  >;
  /** Called at each configuration, since the node itself is made with the first one. */
  readonly node: () => Pick<
    NodeProcess,
    'configure' | 'freshStatus' | 'lookForDevices' | 'state' | 'status'
  >;
  /** The node goes by what llama.cpp finds to compute on. */
  readonly onConfigured: () => void;
  readonly log: Log;
};

export class NodeConfiguration {
  readonly #options: NodeConfigurationOptions;
  readonly #memory = new HostingMemory(usableMemoryBytes());
  #configuring: Promise<unknown> = Promise.resolve();
  #compute: Compute | null = null;
  /** Of the cards that the sensors saw last. */
  #cardIds: string | undefined;

  constructor(options: NodeConfigurationOptions) {
    this.#options = options;
  }

  get current(): NodeConfigInput {
    const { settings, facts } = this.#options;
    return nodeConfig(settings.current, {
      ...facts,
      hostingMemoryBytes: this.hostingMemoryBytes,
      engineMemoryBytes: this.#memory.mostBytes,
      devices: this.devices,
      isApiPortChosen: isApiPortChosen(settings.current, settings.overrides),
    });
  }

  /** What llama.cpp finds to compute on, once the node is configured for it; null until then. */
  get compute(): Compute | null {
    return this.#compute;
  }

  /** The graphics devices that engines may use; null before an engine has looked. */
  get devices(): readonly UsedDevice[] | null {
    return this.#memory.devices;
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

  /** What engines compute on, and what fits there, is another thing once the cards are known or others. */
  refreshCompute(gpus: Facts['gpus'] | undefined): void {
    const { settings, node, log } = this.#options;
    const { status, state } = node();
    if (state.name !== 'running' || status === null) {
      return;
    }
    this.#lookAgainForOtherCards(gpus);
    const { compute = null } = status;
    const isOther = this.#memory.refresh(gpus, { ...status, compute }, settings.current);
    if (!isOther && isDeepStrictEqual(compute, this.#compute)) {
      return;
    }
    const configured = isOther ? this.#configure() : this.#configuring;
    configured.then(
      () => this.#configuredFor(compute),
      (error: unknown) => {
        log.write('warn', 'host', 'The graphics devices for hosted layers could not be set', {
          cause: describeCauses(error),
        });
      },
    );
  }

  /** llama.cpp sees a card that came or went only when it looks again. */
  #lookAgainForOtherCards(gpus: Facts['gpus'] | undefined): void {
    if (gpus?.isKnown !== true) {
      return;
    }
    const ids = gpus.value
      .map(({ id }) => id)
      .toSorted()
      .join(' ');
    const isOther = this.#cardIds !== undefined && this.#cardIds !== ids;
    this.#cardIds = ids;
    if (isOther) {
      const { node, log } = this.#options;
      node()
        .lookForDevices()
        .catch((error: unknown) => {
          const cause = describeCauses(error);
          log.write('warn', 'host', 'The node could not look for graphics devices', { cause });
        });
    }
  }

  #configuredFor(compute: Compute | null): void {
    if (!isDeepStrictEqual(compute, this.#compute)) {
      this.#compute = compute;
      this.#options.onConfigured();
    }
  }

  /** Configurations follow one another, each with the settings of that moment. */
  #configure(): Promise<void> {
    const configured = this.#configuring.then(() => this.#options.node().configure(this.current));
    this.#configuring = configured.catch(() => {});
    return configured;
  }
}
