/**
 * A mesh of nodes that place shards by themselves, without network and clock. In every round each node may read
 * records that are some rounds old, decides, and downloads for a while. For tests that run many meshes.
 */
import type { PeerRecord, RecordedShard } from '../../../src-worker/node/mesh/records/record.ts';
import { choosePlacement } from '../../../src-worker/node/placement/choose-placement.ts';
import { coverageOf } from '../../../src-worker/node/placement/coverage.ts';
import type {
  OwnShard,
  Placed,
  PlacementModel,
} from '../../../src-worker/node/placement/placement-question.ts';
import { ownSpeaks } from '../../../src-worker/wire/speaks.ts';

const roundMs = 10_000;

export type SimulatedNode = {
  readonly peer: string;
  readonly memoryBytes: number;
  readonly pins: readonly Placed[];
  shards: readonly (OwnShard & { readonly readyAt: number })[];
  movedAt: number | undefined;
};

export type Simulation = {
  readonly models: readonly PlacementModel[];
  readonly demand: ReadonlyMap<string, number>;
  /** How many rounds old a node's knowledge of another one may be. */
  readonly staleRounds: number;
  /** Rounds to fetch and load a shard. */
  readonly fetchRounds: number;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
};

export class PlacementRounds {
  readonly nodes: SimulatedNode[] = [];
  readonly #simulation: Simulation;
  /** The contents of all records in each of the last rounds, the newest first. */
  #history: ReadonlyMap<string, PeerRecord>[] = [];
  #round = 0;
  /** Times that a node changed what it hosts. */
  changes = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  join(peer: string, memoryBytes: number, more: Partial<SimulatedNode> = {}): void {
    this.nodes.push({ peer, memoryBytes, pins: [], shards: [], movedAt: undefined, ...more });
  }

  leave(peer: string): void {
    const index = this.nodes.findIndex((node) => node.peer === peer);
    this.nodes.splice(index, index === -1 ? 0 : 1);
  }

  /** In each round, every node that is awake decides once, in any order. */
  play(rounds: number): void {
    for (let played = 0; played < rounds; played += 1) {
      this.#round += 1;
      const records = new Map(this.nodes.map((node) => [node.peer, this.#recordOf(node)]));
      this.#history = [records, ...this.#history].slice(0, this.#simulation.staleRounds + 1);
      for (const node of this.#shuffled()) {
        if (this.#simulation.random() < 0.8) {
          this.#decide(node);
        }
      }
    }
  }

  /** Demanded models with a layer that is on no node, or that no chain joins. */
  incomplete(): string[] {
    const { models, demand } = this.#simulation;
    return models
      .filter(({ manifestId }) => (demand.get(manifestId) ?? 0) > 0)
      .filter(({ manifestId, layers }) => {
        const shards = this.nodes.flatMap((node) =>
          node.shards
            .filter((shard) => shard.manifestId === manifestId)
            .map((shard) => ({
              ...shard,
              peer: node.peer,
              isServing: this.#isReady(shard),
              canBeCut: true,
            })),
        );
        const serving = shards.filter(({ isServing }) => isServing);
        return coverageOf(serving, layers).missing.length > 0;
      })
      .map(({ manifestId }) => manifestId);
  }

  /** Rounds until every demanded model is complete; undefined when there are more than `most`. */
  untilComplete(most: number): number | undefined {
    for (let round = 0; round <= most; round += 1) {
      if (this.incomplete().length === 0) {
        return round;
      }
      this.play(1);
    }
    return undefined;
  }

  #decide(node: SimulatedNode): void {
    const { models, demand, random, fetchRounds } = this.#simulation;
    const seen = new Map<string, PeerRecord>();
    for (const { peer } of this.nodes) {
      const age = Math.floor(random() * this.#history.length);
      const record = this.#history
        .slice(age)
        .find((records) => records.has(peer))
        ?.get(peer);
      if (peer !== node.peer && record !== undefined) {
        seen.set(peer, record);
      }
    }
    // Others believe that a departed peer is there for as long as news takes.
    for (const [peer, record] of this.#history.at(-1) ?? []) {
      if (peer !== node.peer && !this.nodes.some((other) => other.peer === peer)) {
        seen.set(peer, record);
      }
    }
    const now = this.#round * roundMs;
    const plan = choosePlacement({
      own: {
        peer: node.peer,
        memoryBytes: node.memoryBytes,
        shards: node.shards,
        pins: node.pins,
        readBytesPerSecond: 100,
        downloadBytesPerSecond: 1,
        movedAt: node.movedAt,
      },
      models,
      peers: [...seen].map(([peer, record]) => ({ peer, record })),
      demand,
      now,
    });
    if (plan.added.length + plan.dropped.length > 0) {
      this.changes += 1;
    }
    if (plan.dropped.length > 0) {
      node.movedAt = now;
    }
    node.shards = plan.shards.map((placed) => ({
      ...placed,
      tokensPerSecond: 100,
      readyAt:
        node.shards.find((shard) => isSame(shard, placed))?.readyAt ?? this.#round + fetchRounds,
    }));
  }

  #recordOf(node: SimulatedNode): PeerRecord {
    const shards: RecordedShard[] = node.shards
      .filter((shard) => this.#isReady(shard))
      .map(({ manifestId, firstLayer, lastLayer, tokensPerSecond }) => ({
        manifestId,
        firstLayer,
        lastLayer,
        tokensPerSecond,
        freeSessions: 4,
        maxSessions: 4,
        contextLength: 4096,
      }));
    const planned = node.shards.filter((shard) => !this.#isReady(shard));
    return {
      sequence: this.#round,
      state: 'serving',
      addresses: [],
      speaks: ownSpeaks,
      models: [],
      shards,
      planned,
      memoryBytes: node.memoryBytes,
    };
  }

  #isReady({ readyAt }: { readonly readyAt: number }): boolean {
    return readyAt <= this.#round;
  }

  #shuffled(): SimulatedNode[] {
    return this.nodes
      .map((node) => ({ node, at: this.#simulation.random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ node }) => node);
  }
}

function isSame(a: Placed, b: Placed): boolean {
  return (
    a.manifestId === b.manifestId && a.firstLayer === b.firstLayer && a.lastLayer === b.lastLayer
  );
}
