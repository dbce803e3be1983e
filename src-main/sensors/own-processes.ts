/** Which processes are ours, so that our own work is never taken for another program's. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { type Clock, systemClock } from '../../src-shared/clock.ts';

export type OwnProcesses = {
  /** All of ours: host, node, engines, windows. */
  readonly pids: ReadonlySet<number>;
  /** Those that may compute on a graphics card: the engines. */
  readonly gpuPids: ReadonlySet<number>;
};

/** The host's, and those of a node that runs with this id, as far as it has told. */
export function ownProcesses(
  node: number | undefined,
  status: Pick<NodeStatus, 'shards'> | null,
): OwnProcesses {
  const engines = status?.shards.flatMap(({ pid }) => pid ?? []) ?? [];
  const pids = new Set([process.pid, ...engines]);
  return { pids: node === undefined ? pids : pids.add(node), gpuPids: new Set(engines) };
}

/**
 * Tools report the last second or two: an engine that just ended is still in what they say, and would be
 * taken for a stranger's load.
 */
const rememberedMs = 5000;

/** The engines' pids, with those that ended a moment ago. */
export class RecentGpuPids {
  readonly #own: () => OwnProcesses;
  readonly #clock: Clock;
  readonly #lastSeen = new Map<number, number>();

  constructor(own: () => OwnProcesses, clock: Clock = systemClock) {
    this.#own = own;
    this.#clock = clock;
  }

  get pids(): ReadonlySet<number> {
    const now = this.#clock.now();
    for (const pid of this.#own().gpuPids) {
      this.#lastSeen.set(pid, now);
    }
    for (const [pid, seenAt] of this.#lastSeen) {
      if (now - seenAt > rememberedMs) {
        this.#lastSeen.delete(pid);
      }
    }
    return new Set(this.#lastSeen.keys());
  }
}
