/** Plays one network: starts a public node and the others as fresh installs, and measures when each is reached, and how. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NodeStatus, PeerStatus } from '../../../src-shared/api/node-status.ts';
import { defaultSettings } from '../../../src-shared/settings/settings.ts';
import { writeRandomModel } from '../engine/random-model.ts';
import { NodeProcess, type NodeProcessConfig } from '../host/node-process.ts';
import { PlayedInternet } from '../mesh/played-internet.ts';
import { type PublicNode, startPublicNode } from '../mesh/public-node.ts';
import { longModel } from '../sessions/node-chain.ts';
import type { ReachCase } from './reach-cases.ts';

const apiKey = 'mm-for-tests-and-benchmarks-only';
const clock = fileURLToPath(new URL('../machine/shifted-clock.ts', import.meta.url));
const sleptMs = 180_000;

/** Longest waits, in milliseconds: much longer than what is wanted, so that a table shows by how much it is missed. */
const untilMet = 30_000;
const untilDirect = 25_000;
const untilBack = 60_000;
const lookAgainMs = 50;

/** A second of an answer of this model has some hundred tokens. */
const answerTokens = 3000;

const question = {
  model: longModel.name,
  messages: [{ role: 'user' as const, content: 'Tell me everything.' }],
  sampling: { temperature: 0 },
};

/** All times in milliseconds from the start of the last process; undefined: not within the wait. */
export type Reached = {
  readonly apiMs: number;
  readonly firstPeerMs: number | undefined;
  readonly directMs: number | undefined;
  /** How the others are reached in the end: the worst of them. */
  readonly way: 'direct' | 'relay' | 'nothing';
  /** After what happened then: how long the others were out of reach, or the longest pause of the answer. */
  readonly backMs: number | undefined;
  /** Whether the answer came to its end; undefined where none was asked for. */
  readonly isAnswered: boolean | undefined;
};

export async function playReach(reachCase: ReachCase): Promise<Reached> {
  const internet = new PlayedInternet(reachCase.plan);
  const play = new Play(reachCase, internet);
  try {
    internet.make();
    return await play.run();
  } finally {
    await play.stop();
    internet.remove();
  }
}

class Play {
  readonly #case: ReachCase;
  readonly #internet: PlayedInternet<string>;
  readonly #nodes: NodeProcess[] = [];
  readonly #isDirectWanted: boolean;
  #public: PublicNode | undefined;
  #folder: string | undefined;

  constructor(reachCase: ReachCase, internet: PlayedInternet<string>) {
    this.#case = reachCase;
    this.#internet = internet;
    this.#isDirectWanted = reachCase.best === 'direct';
  }

  async run(): Promise<Reached> {
    const { nodes, afterwards, prepare } = this.#case;
    if (prepare === 'containers') {
      nodes.forEach((place) => this.#internet.addBridge(place, 'docker0', '172.17.0.1/16'));
    }
    this.#folder = await mkdtemp(join(tmpdir(), 'mindmesh-reach-'));
    if (afterwards !== undefined) {
      await writeRandomModel(join(this.#folder, 'model.gguf'), longModel);
    }
    const anywhere = ['/ip4/0.0.0.0/tcp/6373', '/ip6/::/tcp/6373'];
    this.#public = await startPublicNode(anywhere, this.#internet.command('world'));
    const bootstrap = this.#bootstrap(this.#public);
    const [measured, ...others] = nodes;
    await Promise.all(others.map((place) => this.#start(place, bootstrap)));
    const startedAt = performance.now();
    const first = await this.#start(measured ?? '', bootstrap);
    await this.#callApi(measured ?? '', first.status.gatewayPort);
    const apiMs = performance.now() - startedAt;
    const firstPeerMs = await this.#since(startedAt, untilMet, (peers) => peers.some(isConnected));
    await this.#since(startedAt, untilMet, areMet);
    const directMs = this.#isDirectWanted
      ? await this.#since(startedAt, untilDirect, areDirect)
      : undefined;
    const { backMs, isAnswered } = await this.#afterwards(first);
    const peers = this.#others(await first.request('status', {}));
    const way = areDirect(peers) ? 'direct' : areMet(peers) ? 'relay' : 'nothing';
    return { apiMs, firstPeerMs, directMs, way, backMs, isAnswered };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop()));
    await this.#public?.stop();
    if (this.#folder !== undefined) {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  /** The addresses of the public node, as the settings of a fresh install may have them. */
  #bootstrap({ addresses }: PublicNode): string[] {
    const living = addresses.filter((address) => /\/11\.22\.|\/2a10:/.test(address));
    const [peer = ''] = living[0]?.split('/p2p/').slice(-1) ?? [];
    // The last letters of a peer id may be any.
    const others = ['h', 'i', 'j'].map(
      (letter) => `${peer.slice(0, -6)}${letter}${peer.slice(-5)}`,
    );
    const dead = [
      `/ip4/11.22.1.1/tcp/9/p2p/${others[0]}`,
      `/ip4/11.22.99.99/tcp/6373/p2p/${others[1]}`,
    ];
    if (this.#case.deadBootstrap !== true) {
      return living;
    }
    return [...dead, ...living];
  }

  async #start(place: string, bootstrap: readonly string[]): Promise<NodeProcess> {
    const { listen, mdns, upnp } = defaultSettings;
    const { afterwards, nodes } = this.#case;
    const isHosting = afterwards !== undefined && place !== nodes[0];
    const sleeper = ['env', `NODE_OPTIONS=--import=${clock}`, `CLOCK_LEAP_MS=${sleptMs}`];
    const config: NodeProcessConfig = {
      place: [...this.#internet.command(place), ...(afterwards === 'sleep' ? sleeper : [])] as [
        string,
      ],
      listen: [...listen],
      mdns,
      upnp,
      bootstrap: [...bootstrap],
      ...(isHosting ? hostingOf(join(this.#folder ?? '', 'model.gguf')) : {}),
    };
    const node = await NodeProcess.start(config);
    this.#nodes.push(node);
    if (isHosting) {
      await node.untilServing();
    }
    return node;
  }

  async #callApi(place: string, port: number): Promise<void> {
    const request = `GET /v1/models HTTP/1.0\\r\\nHost: localhost\\r\\nAuthorization: Bearer ${apiKey}\\r\\n\\r\\n`;
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf '${request}' >&3; head -n 1 <&3`;
    const [command, ...words] = this.#internet.command(place);
    const { stdout } = await promisify(execFile)(command, [...words, 'bash', '-c', script]);
    if (!stdout.includes(' 200 ')) {
      throw new Error(`The API answered ${stdout}`);
    }
  }

  /** The other nodes as the first one sees them. */
  #others({ peers }: NodeStatus): PeerStatus[] {
    return this.#nodes.slice(0, -1).map(
      ({ status }) =>
        peers.find(({ peer }) => peer === status.peer) ?? {
          peer: status.peer,
          addresses: [],
          connected: false,
          latencyMs: null,
          shards: [],
        },
    );
  }

  /** How long after `startedAt` the others were as the condition says. */
  async #since(
    startedAt: number,
    withinMs: number,
    condition: (peers: readonly PeerStatus[]) => boolean,
  ): Promise<number | undefined> {
    const first = this.#nodes.at(-1);
    while (performance.now() - startedAt < withinMs) {
      const status = await first?.request('status', {});
      if (status !== undefined && condition(this.#others(status))) {
        return performance.now() - startedAt;
      }
      await lookAgain();
    }
    return undefined;
  }

  async #afterwards(first: NodeProcess): Promise<Pick<Reached, 'backMs' | 'isAnswered'>> {
    if (this.#case.afterwards === 'sleep') {
      return this.#sleep(first);
    }
    return this.#case.afterwards === undefined
      ? { backMs: undefined, isAnswered: undefined }
      : this.#rebootInAnswer(first);
  }

  /**
   * The node stands still, its router forgets it, and when it goes on its clock has advanced by three minutes.
   *
   * @returns how long a question waits that is asked at once
   */
  async #sleep(first: NodeProcess): Promise<Pick<Reached, 'backMs' | 'isAnswered'>> {
    await first.untilAvailable(longModel.name);
    process.kill(first.pid, 'SIGSTOP');
    this.#internet.reboot(this.#routerOfFirst());
    process.kill(first.pid, 'SIGUSR2');
    process.kill(first.pid, 'SIGCONT');
    const wokenAt = performance.now();
    while (performance.now() - wokenAt < untilBack) {
      const events = await first.chat({ ...question, maxTokens: 1 }).over.catch(() => []);
      if (events.some(({ type }) => type === 'done')) {
        return { backMs: performance.now() - wokenAt, isAnswered: true };
      }
      await lookAgain();
    }
    return { backMs: undefined, isAnswered: false };
  }

  async #rebootInAnswer(first: NodeProcess): Promise<Pick<Reached, 'backMs' | 'isAnswered'>> {
    await first.untilAvailable(longModel.name);
    let lastAt = 0;
    let longestMs = 0;
    let isRestarted = false;
    const { over } = first.chat({ ...question, maxTokens: answerTokens }, ({ type }) => {
      if (type !== 'text') {
        return;
      }
      const now = performance.now();
      if (isRestarted) {
        longestMs = Math.max(longestMs, now - lastAt);
      } else {
        isRestarted = true;
        this.#internet.reboot(this.#routerOfFirst());
      }
      lastAt = performance.now();
    });
    const events = await over.catch(() => []);
    const isAnswered = events.some(
      (event) => event.type === 'done' && event.receipts[0]?.tokens === answerTokens,
    );
    return { backMs: isAnswered ? longestMs : undefined, isAnswered };
  }

  #routerOfFirst(): string {
    return `router-${this.#case.nodes[0]}`;
  }
}

function hostingOf(path: string): NodeProcessConfig {
  return {
    bundledModels: [path],
    shards: [{ model: longModel.name }],
    engine: { threads: 1, backend: 'cpu', contextLength: longModel.contextLength },
  };
}

function isConnected({ connected, state, latencyMs }: PeerStatus): boolean {
  return connected && state === 'serving' && latencyMs !== null;
}

function isReachedDirectly(peer: PeerStatus): boolean {
  return isConnected(peer) && peer.relayed !== true;
}

function lookAgain(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lookAgainMs);
  });
}

function areMet(peers: readonly PeerStatus[]): boolean {
  return peers.every(isConnected);
}

function areDirect(peers: readonly PeerStatus[]): boolean {
  return peers.every(isReachedDirectly);
}
