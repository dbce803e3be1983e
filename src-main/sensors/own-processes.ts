/** Our own processes, so that our own work never counts as another program's. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { type Clock, systemClock } from '../../src-shared/clock.ts';

export type OwnProcesses = {
  /** All of our processes: host, node, engines, windows. */
  readonly pids: ReadonlySet<number>;
  /** Those that may compute on a graphics card: the engines. */
  readonly gpuPids: ReadonlySet<number>;
};

/** The processes of the host, and those that the node with this process id has reported. */
export function ownProcesses(
  node: number | undefined,
  status: Pick<NodeStatus, 'shards'> | null,
): OwnProcesses {
  const engines = status?.shards.flatMap(({ pid }) => pid ?? []) ?? [];
  const pids = new Set([process.pid, ...engines]);
  return { pids: node === undefined ? pids : pids.add(node), gpuPids: new Set(engines) };
}

/**
 * Tools report the last second or two. An engine that just ended is still in their output, and would count as another
 * program's load.
 */
const rememberedMs = 5000;

/** Process ids of the engines, and of those that ended a moment ago. */
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
