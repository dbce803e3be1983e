/**
 * Asks a running engine again and again what its devices have free: that another program takes their memory is seen there also
 * where no sensor of the system tells it.
 */
import type { DeviceMemory } from '../../../src-shared/compute.ts';

type Asked = { deviceMemory(): Promise<DeviceMemory> };

export type DeviceMemoryWatchOptions = {
  /** The engines that compute on graphics devices now. */
  readonly engines: () => readonly Asked[];
  /** Called when the devices have notably more or less free than before. */
  readonly onChange: () => void;
  readonly everyMs?: number;
};

/** As often as sensors look, with one short call of the driver each time. */
const usualEveryMs = 4000;
/** Less of a change is not told, in bytes. */
const notableBytes = 64e6;

export class DeviceMemoryWatch {
  readonly #options: DeviceMemoryWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #told: { readonly by: readonly Asked[]; readonly memory: DeviceMemory } | undefined;

  constructor(options: DeviceMemoryWatchOptions) {
    this.#options = options;
  }

  /** What was told last; undefined where no engine runs, or others run than at that time, with other needs of their own. */
  get told(): DeviceMemory | undefined {
    const engines = this.#options.engines();
    const { by, memory } = this.#told ?? {};
    return memory !== undefined && by !== undefined && isSameList(by, engines) ? memory : undefined;
  }

  start(): void {
    const { everyMs = usualEveryMs } = this.#options;
    this.#timer ??= setInterval(() => void this.#ask(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Never rejects: an engine may end meanwhile. Of several engines, each is told the same of a device. */
  async #ask(): Promise<void> {
    const by = this.#options.engines();
    const [engine] = by;
    if (this.#isAsking || engine === undefined) {
      return;
    }
    this.#isAsking = true;
    const memory = await engine.deviceMemory().catch((): DeviceMemory => []);
    this.#isAsking = false;
    if (memory.length > 0 && isSameList(by, this.#options.engines())) {
      const before = this.told;
      this.#told = { by, memory };
      if (before === undefined || isNotable(before, memory)) {
        this.#options.onChange();
      }
    }
  }
}

function isSameList(one: readonly Asked[], other: readonly Asked[]): boolean {
  return one.length === other.length && one.every((engine, index) => engine === other[index]);
}

function isNotable(before: DeviceMemory, now: DeviceMemory): boolean {
  return (
    before.length !== now.length ||
    now.some(
      ({ id, freeBytes }) =>
        Math.abs(freeBytes - (before.find((each) => each.id === id)?.freeBytes ?? Infinity)) >=
        notableBytes,
    )
  );
}
