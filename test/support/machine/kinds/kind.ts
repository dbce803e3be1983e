/** One kind of machine in the table that played-machines.test.ts plays and docs/machines.md prints. */
import { type Computer, isInMainMemory } from '../computer.ts';

/** What sensors tell of another program's use of the cards that compute; each pauses the machine where it is told. */
export type Told = {
  /** Its work, before our engines are loaded. */
  readonly idle: boolean;
  /** Its work, while ours compute. */
  readonly atWork: boolean;
  /** The card's memory that it takes, while ours compute. */
  readonly memory: boolean;
};

export type Kind = Computer & {
  readonly name: string;
  readonly told: Told;
  /** What the table adds of it. */
  readonly remark?: string;
  /** Where what drivers and tools print was seen; by default only in their documentation and source text. */
  readonly isRecorded?: boolean;
};

/** A model that takes less of the computer's memory than this does not end for it, in GB. */
const leastGigabytes = 0.5;

/** What pauses the machine when another program takes the memory that the model is in; null: nothing tells it. */
export function memoryPause(kind: Kind): 'computer' | 'card' | null {
  if (
    kind.system !== 'freebsd' &&
    isInMainMemory(kind) &&
    (kind.gigabytes ?? Infinity) > leastGigabytes
  ) {
    return 'computer';
  }
  return kind.told.memory || kind.tellsFree === true ? 'card' : null;
}

export const all: Told = { idle: true, atWork: true, memory: true };
export const none: Told = { idle: false, atWork: false, memory: false };
/** The use by single processes is not told. */
export const idleOnly: Told = { idle: true, atWork: false, memory: false };
/** There is no memory of the card's own, or it is not told. */
export const loadOnly: Told = { idle: true, atWork: true, memory: false };
