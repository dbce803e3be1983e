/** One thing that a peer did wrong: what all parts that meet peers report, and all that trust is made of. */
import type { Fault } from './faults.ts';

export type Evidence = {
  /** The peer id. */
  readonly who: string;
  readonly what: Fault;
  /** Monotonic time, in milliseconds. */
  readonly when: number;
  /** What shows it, as a sentence for the log. */
  readonly proof: string;
};

/** Evidence as it is reported: when it came is noted on arrival. */
export type Report =
  | (Omit<Evidence, 'what' | 'when'> & { readonly what: Exclude<Fault, 'silent'> })
  | (Omit<Evidence, 'what' | 'when'> & {
      readonly what: 'silent';
      /** Of the record by which the peer was asked; a newer one ends the silence. */
      readonly sequence: number;
    });
