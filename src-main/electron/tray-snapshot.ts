/** Everything that the tray shows: its icon, tooltip and menu are functions of one snapshot. Pure. */
import type { UpdateState } from '../../src-shared/desktop-api.ts';
import type { Duty, PauseChoice } from '../../src-shared/duty.ts';
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import type { UsageSummary } from '../../src-shared/api/usage.ts';
import { systemZone } from '../../src-shared/local-time.ts';
import { dutyWords } from '../../src-shared/words/words.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';

export type TraySnapshot = {
  readonly duty: Duty;
  /** The duty in words, as `dutyWords` says it. */
  readonly sentence: string;
  /** The mesh node, without which there is neither work nor chat. `fault`: one sentence when the node is faulted. */
  readonly node: Pick<HostSnapshot, 'state' | 'fault'>;
  /** Since midnight. */
  readonly today: { readonly tokensServed: number };
  /** Version that a restart installs; null without one. */
  readonly readyUpdate: string | null;
  readonly requests: {
    /** Before the owner has agreed, nothing computes or connects. */
    readonly hasConsented: boolean;
    /** Whether there are layers to host; a machine without any only asks. */
    readonly hostsLayers: boolean;
    /** The owner's pause; null when it is over. Games and heat pause the machine without it. */
    readonly pause: PauseChoice | null;
    readonly pauseWhileGaming: boolean;
  };
};

/** @param nowMs decides which day is today */
export function traySnapshot(
  host: Pick<HostSnapshot, 'consent' | 'duty' | 'state' | 'fault'>,
  settings: Pick<Settings, 'pauseWhileGaming' | 'shards'>,
  usage: Pick<UsageSummary, 'days'>,
  update: UpdateState,
  nowMs: number,
): TraySnapshot {
  const today = localDay(nowMs);
  return {
    duty: host.duty,
    sentence: dutyWords(host.duty, { wallMs: nowMs, zone: systemZone }),
    node: { state: host.state, fault: host.fault },
    today: { tokensServed: usage.days.find(({ day }) => day === today)?.served ?? 0 },
    readyUpdate: update.state === 'ready' ? (update.version ?? '') : null,
    requests: {
      hasConsented: host.consent === 'given',
      // A setting that was never changed hosts the demo model.
      hostsLayers: settings.shards === null || settings.shards.length > 0,
      pause: host.duty.pause,
      pauseWhileGaming: settings.pauseWhileGaming,
    },
  };
}

/** The day as the usage names it: YYYY-MM-DD in the local time zone. */
function localDay(atMs: number): string {
  const date = new Date(atMs);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}
