/** Ten nodes on loopback: one that asks, and nine that host the demo model in thirds, each third three times. */
import { endingDuty } from '../support/host/paused-duty.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appFiles } from '../../src-main/base/app-files.ts';
import type { LayerRange } from '../../src-shared/model.ts';
import { NodeProcess } from '../support/host/node-process.ts';

export const demoModel = appFiles().demoModelName;

/** The demo model has six layers. */
const thirds: readonly LayerRange[] = [
  { firstLayer: 0, lastLayer: 1 },
  { firstLayer: 2, lastLayer: 3 },
  { firstLayer: 4, lastLayer: 5 },
];
const copies = 3;

/** A place in the mesh. The node there may die, and comes back with the same identity, port and layers. */
type Place = {
  readonly layers: LayerRange;
  readonly dataFolder: string;
  node: NodeProcess;
  state: 'up' | 'draining' | 'cut off' | 'down';
};

export class ChaosMesh {
  readonly #folder: string;
  readonly #places: Place[] = [];
  /** Every process that was started. */
  readonly #pids = new Set<number>();
  #asker: NodeProcess | undefined;

  static async start(): Promise<ChaosMesh> {
    const mesh = new ChaosMesh(await mkdtemp(join(tmpdir(), 'mindmesh-chaos-')));
    try {
      await mesh.#start();
      return mesh;
    } catch (error) {
      await mesh.stop();
      throw error;
    }
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  get asker(): NodeProcess {
    if (this.#asker === undefined) {
      throw new Error('The asking node has not started');
    }
    return this.#asker;
  }

  /** Places that another peer with the same layers can replace. */
  get expendable(): readonly Place[] {
    return this.#places.filter(
      (place) =>
        place.state === 'up' &&
        this.#places.filter(
          ({ layers, state }) => state === 'up' && layers.firstLayer === place.layers.firstLayer,
        ).length > 1,
    );
  }

  async kill(place: Place): Promise<void> {
    place.state = 'down';
    this.#remember(place.node);
    await place.node.kill();
  }

  /** Makes the node leave as for a game: it announces that, and has no engines 400 ms later. */
  async drain(place: Place): Promise<void> {
    place.state = 'draining';
    this.#remember(place.node);
    const reason = endingDuty;
    await place.node.request('setWork', { state: 'draining', answersOwner: false, reason });
    await delay(400);
    await place.node.request('setWork', { state: 'paused', answersOwner: false, reason });
  }

  /** Stops the process, so that it neither receives nor sends anything and no peer is told. */
  cutOff(place: Place): void {
    place.state = 'cut off';
    process.kill(place.node.pid, 'SIGSTOP');
  }

  async bringBack(place: Place): Promise<void> {
    if (place.state === 'down') {
      place.node = await this.#startPlace(place);
    } else if (place.state === 'cut off') {
      process.kill(place.node.pid, 'SIGCONT');
    } else {
      await place.node.request('setWork', { state: 'serving', answersOwner: true, reason: null });
    }
    await place.node.untilServing();
    this.#remember(place.node);
    place.state = 'up';
  }

  /** The state of each place, and the asking node's view of it: the explanation of a lost answer. */
  async describe(): Promise<string> {
    const { peers } = await this.asker.request('status', {});
    return this.#places
      .map(({ layers, state, node }) => {
        const seen = peers.find(({ peer }) => peer === node.status.peer);
        const told = seen === undefined ? 'unknown' : `${seen.state}, ${seen.shards.length} shards`;
        const way = seen?.connected === true ? 'connected' : 'not connected';
        return `${node.status.peer.slice(-4)} (layers ${layers.firstLayer}-${layers.lastLayer}) is ${state}: ${told}, ${way}`;
      })
      .join('; ');
  }

  /** Processes of the mesh that still run; there are none after `stop`. */
  living(): number[] {
    return [...this.#pids].filter(isAlive);
  }

  async stop(): Promise<void> {
    for (const { node, state } of this.#places) {
      this.#remember(node);
      if (state === 'cut off') {
        process.kill(node.pid, 'SIGCONT');
      }
    }
    const nodes = this.#places.map(({ node }) => node);
    await Promise.all([...nodes, this.#asker].map((node) => node?.stop() ?? Promise.resolve()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const asker = await this.#launch({ dataFolder: join(this.#folder, 'asker') }, []);
    this.#asker = asker;
    for (let copy = 0; copy < copies; copy += 1) {
      const started = thirds.map(async (layers) => {
        const dataFolder = join(this.#folder, `${layers.firstLayer}-${copy}`);
        const node = await this.#launch({ dataFolder, layers }, this.#addresses());
        this.#places.push({ layers, dataFolder, node, state: 'up' });
      });
      await Promise.all(started);
    }
    await Promise.all(this.#places.map(({ node }) => node.untilServing()));
    await asker.until(
      ({ peers }) =>
        peers.filter(({ connected, shards }) => connected && shards.length > 0).length ===
        thirds.length * copies,
      'the asking node knows all the others',
    );
    for (const node of [asker, ...this.#places.map((place) => place.node)]) {
      this.#remember(node);
    }
  }

  #startPlace({ layers, dataFolder, node }: Place): Promise<NodeProcess> {
    const port = /\/tcp\/(\d+)/.exec(node.status.addresses[0] ?? '')?.[1] ?? '0';
    return this.#launch({ dataFolder, layers, port }, this.#addresses());
  }

  async #launch(
    place: {
      readonly dataFolder: string;
      readonly layers?: LayerRange;
      readonly port?: string;
    },
    staticPeers: readonly string[],
  ): Promise<NodeProcess> {
    const { dataFolder, layers, port = '0' } = place;
    return NodeProcess.start({
      dataFolder,
      bundledModels: [appFiles().demoModel],
      listen: [`/ip4/127.0.0.1/tcp/${port}`],
      shards: layers === undefined ? [] : [{ model: demoModel, layers }],
      staticPeers: [...staticPeers],
      // All nodes belong to one owner. A stranger would get only two sessions from each, and more questions are asked
      // at once.
      routing: { ownMachines: this.#asker === undefined ? [] : [this.#asker.status.peer] },
      engine: { threads: 1, backend: 'cpu', contextLength: 4096, maxSessions: 8 },
    });
  }

  #addresses(): string[] {
    const nodes = [this.#asker, ...this.#places.map(({ node }) => node)];
    return nodes.flatMap((node) => node?.status.addresses ?? []);
  }

  #remember(node: NodeProcess): void {
    this.#pids.add(node.pid);
    for (const pid of node.enginePids) {
      this.#pids.add(pid);
    }
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
