/**
 * What other programs have taken of the graphics devices' memory, by what running engines are told is free. Drivers differ in what
 * they count as free, so only a change counts: it is compared with the most that was free to us at any time. Pure.
 */
import type { NodeStatus, ShardStatus } from '../../src-shared/api/node-status.ts';
import type { Compute } from '../../src-shared/compute.ts';

export type DeviceUse = {
  /** By device: the most that it had for us, free and taken by us together. */
  readonly room: Readonly<Record<string, number>>;
  /** What our engines took when that was seen. */
  readonly ownBytes: number;
  /** By device: all that is neither free nor ours, where others have taken more than what drivers and buffers of ours may need. */
  readonly others: Readonly<Record<string, number>>;
};

export const noDeviceUse: DeviceUse = { room: {}, ownBytes: 0, others: {} };

/** A driver's own needs and buffers that grow, in bytes or as a share of the device, whichever is more. */
const slackBytes = 512e6;
const slackShare = 0.05;

/**
 * @param told absent where no engine tells
 * @param compute as it was found before anything was loaded
 */
export function nextDeviceUse(
  before: DeviceUse,
  told: NodeStatus['deviceMemory'],
  compute: Compute | null,
  shards: readonly Pick<ShardStatus, 'state' | 'deviceBytes'>[],
): DeviceUse {
  // What an engine has taken already is known only once it is loaded.
  if (told === undefined || shards.some(({ state }) => state === 'starting')) {
    return { ...before, others: {} };
  }
  const ownBytes = shards.reduce((sum, { deviceBytes }) => sum + deviceBytes, 0);
  // How our memory is divided among several devices is not known, so that another division begins anew.
  const isComparable = told.length === 1 || ownBytes === before.ownBytes;
  const room: Record<string, number> = {};
  const others: Record<string, number> = {};
  for (const { id, totalBytes, freeBytes } of told) {
    const unloaded =
      told.length === 1 ? compute?.devices.find((device) => device.id === id)?.freeBytes : 0;
    const now = freeBytes + ownBytes;
    const most = Math.max(now, isComparable ? (before.room[id] ?? unloaded ?? 0) : 0);
    room[id] = most;
    if (most - now > Math.max(slackBytes, slackShare * totalBytes)) {
      others[id] = Math.max(0, totalBytes - now);
    }
  }
  return { room, ownBytes, others };
}
