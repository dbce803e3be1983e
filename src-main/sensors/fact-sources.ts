/** The sensors of one system: what has to run for them, and the facts that they know. */
import type { ReadingSource } from '../../src-shared/missing-reason.ts';
import type { Facts, Reading } from '../../src-shared/duty.ts';
import { type Clock, systemClock } from '../../src-shared/clock.ts';
import type { OwnProcesses } from './own-processes.ts';
import type { Presence } from './presence.ts';
import { known } from './reading.ts';
import { runCommand, type RunCommand } from '../base/run-command.ts';
import { PolledSensor, type Sensor } from './sensor.ts';

export type SourceOptions = {
  readonly own: () => OwnProcesses;
  /** The owner's list of programs that pause the work as games do. */
  readonly exclusiveApps: () => readonly string[];
  /** A Node.js that can run scripts; Electron's own binary cannot. */
  readonly nodeExecutable: string;
  /** The owner's presence as Electron knows it, which costs little; absent: the system's tools are asked. */
  readonly presence?: () => Presence;
  readonly runCommand?: RunCommand;
  readonly nvidiaCommand?: string;
  readonly clock?: Clock;
  readonly sysRoot?: string;
  readonly procRoot?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** The user's home folder. */
  readonly home?: string;
};

/** A part that has to be started and stopped. */
export type Running = Omit<Sensor<unknown>, 'reading'>;

export type FactSources = {
  readonly running: readonly Running[];
  /** The facts so far. */
  readonly facts: () => Facts;
};

/**
 * Intervals between polls. A tool is started every ten seconds at most, since each start costs milliseconds. `start` is for
 * programs that start, while engines hold memory that a game may need.
 */
export const everyMs = {
  start: 500,
  glance: 2000,
  look: 4000,
  tool: 10_000,
  slow: 30_000,
} as const;
/** A poll that takes longer has failed, in milliseconds. */
const withinMs = 5000;

/** The interval, or a shorter one, by default half of it, while engines are loaded. */
export function attentive(
  options: SourceOptions,
  idleMs: number,
  loadedMs = idleMs / 2,
): () => number {
  return () => (hasEngines(options) ? loadedMs : idleMs);
}

/** Whether there is memory to release. */
export function hasEngines({ own }: Pick<SourceOptions, 'own'>): boolean {
  return own().gpuPids.size > 0;
}

export function polled<T>(
  { clock = systemClock }: SourceOptions,
  source: ReadingSource,
  everyMs: number | (() => number),
  read: (signal: AbortSignal) => Promise<Reading<T>>,
): PolledSensor<T> {
  const wait = typeof everyMs === 'number' ? () => everyMs : everyMs;
  return new PolledSensor({ source, everyMs: wait, withinMs, read }, clock);
}

/** The owner's presence from the host's options, else from the system's tools. */
export function presenceSensor(
  options: SourceOptions,
  ask: (run: RunCommand, signal: AbortSignal) => Promise<Presence>,
): PolledSensor<Presence> {
  const { presence, runCommand: run = runCommand } = options;
  const source = 'owner-use';
  return presence === undefined
    ? polled(options, source, everyMs.tool, async (signal) => known(await ask(run, signal)))
    : polled(options, source, attentive(options, everyMs.glance), () =>
        Promise.resolve(known(presence())),
      );
}
