/** Everything that the duty is decided from at one moment. */
import type { Compute } from '../../src-shared/compute.ts';
import type { Facts, Reading } from '../../src-shared/duty.ts';
import type { MissingReason } from '../../src-shared/missing-reason.ts';
import type { Preferences } from '../../src-shared/settings/preferences.ts';
import type { Moment } from '../../src-shared/local-time.ts';
import type { OwnerRequests } from './pause-request.ts';

/** What the node says of its engines. */
export type Work = {
  /** `stopped`: no engine process is left, and its memory is back. `ready`: all that is desired is loaded. */
  readonly engines: 'stopped' | 'starting' | 'ready';
  readonly answersInFlight: number;
  /** The newest failure that left nothing to serve. Failures are numbered from 1 on, so that each is counted once. */
  readonly failure: {
    readonly number: number;
    readonly code: string;
    readonly sentence: string;
  } | null;
  /** Whether the engines compute on graphics cards, or may do so before the first load has shown it. */
  readonly usesGpu: boolean;
  /** The backend of the newest load: "cuda", "vulkan", "metal" or "cpu"; null before the first load. */
  readonly backend: string | null;
  /** What llama.cpp finds to compute on; null before an engine has looked. */
  readonly compute: Compute | null;
  /** Bytes that the hosted layers take on the cards. */
  readonly videoMemoryNeededBytes: number;
  /** Bytes that the hosted layers take of the computer's memory, also as a part of its graphics. */
  readonly mainMemoryNeededBytes: number;
  /** By device: what other programs have taken of it, as far as the running engines tell. */
  readonly othersOnDevices: Readonly<Record<string, number>>;
  /** The operating system has announced sleep, and the computer has not woken up since. */
  readonly isSuspending: boolean;
};

export type DutyInput = {
  readonly facts: Facts;
  readonly work: Work;
  readonly preferences: Preferences;
  readonly requests: OwnerRequests;
  readonly now: Moment;
};

const notANumber = { code: 'untold', fact: 'not-a-number' } as const;

/** Why there is no reading that can be used. */
export function missing(reading: Reading<unknown>): MissingReason {
  return reading.isKnown ? notANumber : reading.reason;
}

/** A reading of NaN as an unknown one: NaN would compare as if it were low. */
export function sane(reading: Reading<number>): Reading<number> {
  return reading.isKnown && Number.isNaN(reading.value)
    ? { isKnown: false, reason: notANumber }
    : reading;
}
