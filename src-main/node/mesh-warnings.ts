/** Warnings about this machine's clock, and about addresses in the settings that cannot be reached. Pure. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { Warning } from '../../src-shared/warning.ts';

/** More lines would push everything else out of sight. */
const mostTold = 5;

export function meshWarnings(status: NodeStatus | null): Warning[] {
  const { clockAheadMs: aheadMs = 0, unreachable = [] } = status ?? {};
  const count = unreachable.length - mostTold;
  return [
    ...(aheadMs === 0 ? [] : [{ code: 'clock-off' as const, aheadMs }]),
    ...unreachable
      .slice(0, mostTold)
      .map(({ addresses, reason }) => ({ code: 'unreachable' as const, addresses, reason })),
    ...(count > 0 ? [{ code: 'more-unreachable' as const, count }] : []),
  ];
}
