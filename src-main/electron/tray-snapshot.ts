/** All that the tray shows: its icon, its tooltip and its menu are functions of one of these. */
import type { Duty, PauseChoice } from '../../src-shared/duty.ts';
import type { HostSnapshot } from '../../src-shared/host-api.ts';

export type TraySnapshot = {
  readonly duty: Duty;
  /** The duty in words, as `dutyWords` says it. */
  readonly sentence: string;
  /** The mesh node, without which neither work nor chat goes on. `fault`: one sentence when it is faulted. */
  readonly node: Pick<HostSnapshot, 'state' | 'fault'>;
  /** Since midnight. */
  readonly today: { readonly tokensServed: number };
  readonly wishes: {
    /** Before the owner has agreed, nothing computes or connects. */
    readonly hasConsented: boolean;
    /** There are layers to host; a machine without any only asks. */
    readonly hostsLayers: boolean;
    /** What the owner asked for and is not over; games and heat pause without it. */
    readonly pause: PauseChoice | null;
    readonly pauseWhileGaming: boolean;
  };
};
