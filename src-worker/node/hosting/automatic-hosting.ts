/**
 * Hosts shards that placement chooses, where the owner allows that: asks placement what the mesh lacks, hosts this node's part
 * of it, remembers it for the next start, and avoids models that fail here again and again.
 */
import { isDeepStrictEqual } from 'node:util';
import { toAppError } from '../../../src-shared/errors.ts';
import { isSamePart } from '../../../src-shared/layers.ts';
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { ShardHost } from '../engines/shard-host.ts';
import type { Log } from '../base/log.ts';
import type { KnownPeer } from '../mesh/records/record.ts';
import type { ModelLibrary } from '../models/library.ts';
import type { Placed, PlacementPlan, PlacementQuestion } from '../placement/placement-question.ts';
import type { DesiredShards } from './desired-shards.ts';
import { nextPlaced } from './fetch-order.ts';
import { readPlaced, writePlaced } from './placed-file.ts';
import { PlacementView } from './placement-view.ts';
import { Placer } from './placer.ts';

export type AutomaticHostingOptions = {
  /** The current configuration. */
  readonly config: () => Pick<NodeConfig, 'dataFolder' | 'engine' | 'poolOnly' | 'hosting'>;
  /** This node's own peer id. */
  readonly self: string;
  readonly library: Pick<ModelLibrary, 'list' | 'removeShard' | 'roomForShards'>;
  readonly shards: Pick<ShardHost, 'state' | 'records' | 'statuses'>;
  readonly desired: DesiredShards;
  readonly peers: () => readonly KnownPeer[];
  /** Demand of this node's own users: manifest id → tokens a second. */
  readonly ownDemand: () => ReadonlyMap<string, number>;
  /** Called when the placed shards have changed, so that peers get a new record. */
  readonly onPlaced: () => void;
  readonly log: Log;
};

/** A placed shard that failed this often in a row is dropped, and its model avoided for a while. */
const failuresInARow = 3;
const avoidMs = 10 * 60_000;

export class AutomaticHosting {
  readonly #options: AutomaticHostingOptions;
  readonly #view = new PlacementView();
  readonly #placer: Placer;
  /** Model → the time until which it is not placed here. */
  readonly #avoided = new Map<string, number>();
  /** The last write; writes follow one another, so that the newest stays on disk. */
  #written: Promise<void> = Promise.resolve();

  constructor(options: AutomaticHostingOptions) {
    this.#options = options;
    this.#placer = new Placer({
      everyMs: () => options.config().hosting.lookEveryMs,
      question: (movedAt) => this.#question(movedAt),
      carryOut: (plan) => this.#carryOut(plan),
      log: options.log,
    });
  }

  /** Hosts the shards that were placed in an earlier run. */
  async start(): Promise<void> {
    const { config, desired } = this.#options;
    const { dataFolder, hosting } = config();
    if (hosting.mode === 'automatic') {
      desired.place(await readPlaced(dataFolder));
    }
    this.#placer.start();
  }

  /** Called when the owner's limits or the hosting mode have changed. */
  limitsChanged(): void {
    if (this.#options.config().hosting.mode === 'chosen') {
      this.#place([]);
    }
    this.#placer.start();
  }

  /** Drops the model's placed shards and does not place it again for a while. */
  avoid(manifestId: string): void {
    const { placed } = this.#options.desired;
    const others = placed.filter((each) => each.manifestId !== manifestId);
    if (others.length < placed.length) {
      this.#avoided.set(manifestId, performance.now() + avoidMs);
      this.#place(others);
    }
  }

  /** Resolves when the placed shards are written. */
  async stop(): Promise<void> {
    this.#placer.stop();
    await this.#written;
  }

  async #question(movedAt: number | undefined): Promise<PlacementQuestion | undefined> {
    const { config, library, self, shards, desired, peers, ownDemand } = this.#options;
    const mayPlace = (): boolean =>
      config().hosting.mode === 'automatic' && shards.state === 'serving';
    if (!mayPlace()) {
      return undefined;
    }
    const room = await library.roomForShards();
    const { hosting, poolOnly, engine } = config();
    if (!mayPlace()) {
      return undefined;
    }
    this.#avoidWhatFails();
    return this.#view.question({
      isPoolOnly: poolOnly,
      self,
      hosting,
      room,
      contextLength: engine.contextLength,
      isOnProcessor: engine.backend === 'cpu' || engine.devices?.length === 0,
      library: library.list(),
      peers: peers(),
      ownDemand: ownDemand(),
      hosted: desired.intended(),
      pins: desired.pins(),
      serving: shards.records(),
      avoided: new Set(this.#avoided.keys()),
      movedAt,
      now: Date.now(),
    });
  }

  #carryOut(plan: PlacementPlan): void {
    const { desired, library, log } = this.#options;
    const { placed } = desired;
    const pins = desired.pins();
    this.#place(
      nextPlaced(plan, { placed, underWay: this.#underWay() }).filter(
        (shard) => !pins.some((pin) => isSamePart(pin, shard)),
      ),
    );
    if (desired.placed !== placed) {
      log('info', 'Placement changes the hosted layers', { placed: desired.placed });
    }
    for (const { manifestId, ...range } of plan.dropped) {
      // A file that cannot be deleted yet is evicted later, when room is needed.
      library.removeShard(manifestId, range).catch(() => undefined);
    }
  }

  /** The placed shards that are being fetched or loaded. */
  #underWay(): Placed[] {
    const { desired, shards } = this.#options;
    const settled = shards.statuses().filter(({ state }) => state !== 'starting');
    return desired
      .intended()
      .filter((shard) => desired.placed.some((placed) => isSamePart(placed, shard)))
      .filter((shard) => !settled.some((other) => isSamePart(other, shard)));
  }

  #place(placed: readonly Placed[]): void {
    const { config, desired, onPlaced, log } = this.#options;
    if (isDeepStrictEqual(placed, desired.placed)) {
      return;
    }
    desired.place(placed);
    onPlaced();
    this.#written = this.#written
      .then(() => writePlaced(config().dataFolder, placed))
      .catch((error: unknown) => {
        log('warn', `The placed shards could not be written: ${toAppError(error).message}`);
      });
  }

  #avoidWhatFails(): void {
    const now = performance.now();
    for (const [manifestId, until] of this.#avoided) {
      if (until <= now) {
        this.#avoided.delete(manifestId);
      }
    }
    for (const { manifestId, failure } of this.#options.shards.statuses()) {
      if ((failure?.inARow ?? 0) >= failuresInARow) {
        this.avoid(manifestId);
      }
    }
  }
}
