/** When a status of the node is worth telling. Pure. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';

/** Whether the two would look the same to a person: speeds are compared by whole tokens a second. */
export function isSameStatus(one: NodeStatus, other: NodeStatus): boolean {
  return JSON.stringify(one, rounded) === JSON.stringify(other, rounded);
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value) : value;
}
