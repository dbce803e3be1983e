/** A duty over a machine and a node that the test simulates. */
import type { Compute } from '../../../src-shared/compute.ts';
import { foundDevices } from './found-devices.ts';
import type { Moment } from '../../../src-shared/local-time.ts';
import { idleWords } from '../../../src-shared/words/words.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Warning } from '../../../src-shared/warning.ts';
import { defaultSettings, type Settings } from '../../../src-shared/settings/settings.ts';
import type { NodeStatus, ShardStatus } from '../../../src-shared/api/node-status.ts';
import { utc } from './duty-inputs.ts';
import { PlayedMachine } from '../machine/played-machine.ts';
import { ManualClock } from '../machine/sensor-clock.ts';
import { watchFacts } from '../../../src-main/sensors/watch-facts.ts';
import { DutyService } from '../../../src-main/duty/duty-service.ts';
import type { StoredPause } from '../../../src-main/duty/pause-request.ts';

export const noon = Date.UTC(2026, 5, 15, 12);

export const shard: ShardStatus = {
  manifestId: 'a'.repeat(64),
  model: 'Demo',
  firstLayer: 0,
  lastLayer: 5,
  state: 'serving',
  fault: null,
  failure: null,
  backend: 'cpu',
  pid: 7,
  memoryBytes: 1e9,
  deviceBytes: 0,
  sessions: 0,
  maxSessions: 8,
  tokensPerSecond: 0,
};

type Given = {
  readonly machine?: PlayedMachine;
  readonly isWatched?: boolean;
  readonly settings?: Partial<Settings>;
  readonly stored?: StoredPause | null;
  /** By default llama.cpp finds the cards that the sensors see. */
  readonly compute?: () => Compute | null;
};

/** A duty over a node that carries out each order when the test says so. */
export class Desk {
  readonly clock = new ManualClock();
  readonly machine: PlayedMachine;
  readonly orders: string[] = [];
  readonly logged: string[] = [];
  readonly warned: Warning[] = [];
  isDiskFull = false;
  readonly service: DutyService;
  settings: Settings;
  stored: StoredPause | null;
  shards: ShardStatus[] = [];
  /** As the engines that run are told. */
  deviceMemory: NodeStatus['deviceMemory'];
  isNodeThere = true;
  changes = 0;
  /** Minutes by which the wall clock was set. */
  wallOffsetMs = 0;
  #carryOut: (() => void)[] = [];

  constructor({
    machine = new PlayedMachine(),
    isWatched = true,
    settings,
    stored,
    compute,
  }: Given = {}) {
    this.machine = machine;
    this.settings = { ...defaultSettings, ...settings };
    this.stored = stored ?? null;
    const order = (name: string): Promise<void> => {
      this.orders.push(name);
      return new Promise((resolve) => {
        this.#carryOut.push(resolve);
      });
    };
    const now = (): Moment => ({
      wallMs: noon + this.wallOffsetMs + this.clock.now(),
      monotonicMs: this.clock.now(),
      zone: utc,
    });
    this.service = new DutyService({
      effects: {
        work: () => order('work'),
        drain: (duty) => order(`drain: ${idleWords(duty, now())}`),
        release: (duty, answersOwner) =>
          order(`${answersOwner ? 'own' : 'stop'}: ${idleWords(duty, now())}`),
      },
      settings: () => this.settings,
      node: () => {
        const { shards, deviceMemory } = this;
        return this.isNodeThere ? ({ shards, deviceMemory } as unknown as NodeStatus) : null;
      },
      compute: compute ?? (() => foundDevices(machine.facts.gpus)),
      watch: isWatched
        ? (onChange) =>
            watchFacts({
              own: () => ({ pids: new Set(), gpuPids: new Set() }),
              exclusiveApps: () => [],
              nodeExecutable: '',
              sources: machine.sources,
              onChange,
            })
        : null,
      pauses: {
        read: () => this.stored,
        write: (pause) => {
          if (this.isDiskFull) {
            throw new Error('database or disk is full');
          }
          this.stored = pause;
        },
      },
      clock: {
        now,
        after: (ms, run) => this.clock.after(ms, run),
      },
      warn: (warning) => this.warned.push(warning),
      log: {
        write: (_level, _source, message) => this.logged.push(message),
        close: () => Promise.resolve(),
      },
      onChange: () => {
        this.changes += 1;
      },
    });
    this.service.start();
  }

  static async serving(given: Given = {}): Promise<Desk> {
    const desk = new Desk(given);
    await desk.settle();
    desk.shards = [shard];
    await desk.carryOut();
    if (desk.service.view.state !== 'serving') {
      throw new Error(desk.service.view.sentence);
    }
    desk.orders.length = 0;
    return desk;
  }

  /** Reports that all orders so far are carried out. */
  async carryOut(): Promise<void> {
    for (const done of this.#carryOut.splice(0)) {
      done();
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      await nextTurn();
    }
  }

  async play(name: string): Promise<void> {
    this.machine.play(name);
    await this.settle();
  }

  async setShards(...shards: ShardStatus[]): Promise<void> {
    this.shards = shards;
    this.service.reconcile();
    await this.settle();
  }
}
