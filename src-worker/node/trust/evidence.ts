/** One thing that a peer did wrong. All parts of the node that meet peers report it, and trust is derived from it alone. */
import type { Fault } from './faults.ts';

export type Evidence = {
  /** The peer id. */
  readonly who: string;
  readonly what: Fault;
  /** Monotonic time, in milliseconds. */
  readonly when: number;
  /** What shows the fault, as a sentence for the log. */
  readonly proof: string;
};

/** Evidence as it is reported; its time is noted on arrival. */
export type Report =
  | (Omit<Evidence, 'what' | 'when'> & { readonly what: Exclude<Fault, 'silent'> })
  | (Omit<Evidence, 'what' | 'when'> & {
      readonly what: 'silent';
      /** The sequence number of the record that the request relied on; a newer record ends the silence. */
      readonly sequence: number;
    });
