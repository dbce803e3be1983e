/** Decides whether a new status differs enough to be sent. Pure. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';

/** Whether two statuses look the same to a user: speeds are compared as whole tokens a second. */
export function isSameStatus(one: NodeStatus, other: NodeStatus): boolean {
  return JSON.stringify(one, rounded) === JSON.stringify(other, rounded);
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value) : value;
}
