/** What the owner should know of this machine's clock and of addresses in the settings that lead nowhere. Pure. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { span } from '../../src-shared/span.ts';

/** More lines would push all else out of sight. */
const mostTold = 5;

export function meshWarnings(status: NodeStatus | null): string[] {
  const { clockAheadMs = 0, unreachable = [] } = status ?? {};
  const rest = unreachable.length - mostTold;
  return [
    ...(clockAheadMs === 0 ? [] : [clockWarning(clockAheadMs)]),
    ...unreachable
      .slice(0, mostTold)
      .map(({ addresses, reason }) => `${addresses.join(', ')} cannot be reached: ${reason}.`),
    ...(rest > 0 ? [`${rest} more addresses of the settings cannot be reached.`] : []),
  ];
}

function clockWarning(aheadMs: number): string {
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  return (
    `Your clock is off by ${span(Math.abs(aheadMs))}: it is ${where} those of the peers. Until it is set right, only ` +
    'directly connected computers find this one, and pools may refuse it.'
  );
}
