/**
 * The record protocol, `/mindmesh/records/1.0.0`. Each side opens one channel to the other and sends on it:
 *
 *   record     the sender's own record; it must be signed by the sender
 *   forwarded  the signed record of another peer
 *   ping       8 bytes, to which the other side replies at once on the same channel with
 *   pong       the same 8 bytes
 *
 * Frames of wire/frame.ts; records as in signed-record.ts.
 */
import type { FrameLimits } from '../../../wire/frame.ts';
import { maxRecordBytes } from './record.ts';

export const recordProtocol = '/mindmesh/records/1.0.0';

export const recordKinds = { record: 1, forwarded: 2, ping: 3, pong: 4 } as const;

export const pingBytes = 8;

const spokenLimits = new Map<number, number>([
  [recordKinds.record, maxRecordBytes],
  [recordKinds.forwarded, maxRecordBytes],
  [recordKinds.ping, pingBytes],
]);

/** Limits for frames to the side that accepted the channel. */
export const spokenRecordLimits: FrameLimits = (kind) => spokenLimits.get(kind);

/** Limits for frames to the side that opened the channel. */
export const replyRecordLimits: FrameLimits = (kind) =>
  kind === recordKinds.pong ? pingBytes : undefined;
