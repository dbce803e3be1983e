/**
 * The record protocol, `/mindmesh/records/1.0.0`. Each side opens one channel to the other and speaks on it:
 *
 *   record     the speaker's own signed record; it must be signed by the speaker
 *   forwarded  the signed record of another peer
 *   ping       8 bytes, answered at once on the same channel by
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

/** What the accepting side of a channel may be sent. */
export const spokenRecordLimits: FrameLimits = (kind) => spokenLimits.get(kind);

/** What the speaking side of a channel may be sent. */
export const answerRecordLimits: FrameLimits = (kind) =>
  kind === recordKinds.pong ? pingBytes : undefined;
