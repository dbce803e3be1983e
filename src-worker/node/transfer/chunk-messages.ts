/**
 * The chunk protocol, `/mindmesh/chunks/1`: a peer that lacks bytes of a model gets them from one that has them,
 * a megabyte at a time. One model on each channel; replies come in the order of the requests, so a client has several
 * requests under way, and a server reads the next one when the last reply is on its way.
 *
 *   client    ── open ──▶
 *             ◀── have ──                        server      or   ◀── failed ──, then the end
 *             ── leaves ──▶  ◀── leaves ──                    of one tensor; empty: not known
 *             ── chunk ──▶   ◀── chunk ──                     one chunk; without bytes: no longer stored
 *             ── refresh ──▶ ◀── have ──                      the chunks that are stored now
 *
 * `have` is a bitmap over all chunks of the model (chunk-map.ts); numbers are u32, little endian.
 */
import { z } from 'zod';
import { manifestIdSchema } from '../../../src-shared/model.ts';
import type { FrameLimits } from '../../wire/frame.ts';
import { maxChunks } from './chunk-map.ts';
import { chunkBytes, hashBytes } from '../manifests/chunk-tree.ts';

export const chunkProtocol = '/mindmesh/chunks/1';

export const chunkKinds = { open: 1, leaves: 2, chunk: 3, refresh: 4, have: 5, failed: 6 } as const;

/** Most leaves of one tensor: those of 64 GiB, several times the largest tensor of any model. */
const maxLeaves = 65_536;

const maxMessageBytes = 4096;
const numberBytes = 4;

export const chunkOpenSchema = z.strictObject({ manifestId: manifestIdSchema });

/** Limits for the first frame to a server, and for those after it. */
export const chunkOpenLimits: FrameLimits = (kind) =>
  kind === chunkKinds.open ? maxMessageBytes : undefined;

const requestLimits = new Map<number, number>([
  [chunkKinds.leaves, numberBytes],
  [chunkKinds.chunk, numberBytes],
  [chunkKinds.refresh, 0],
]);
export const chunkRequestLimits: FrameLimits = (kind) => requestLimits.get(kind);

const replyLimits = new Map<number, number>([
  [chunkKinds.have, maxChunks / 8],
  [chunkKinds.leaves, numberBytes + maxLeaves * hashBytes],
  [chunkKinds.chunk, numberBytes + chunkBytes],
  [chunkKinds.failed, maxMessageBytes],
]);
/** Limits for frames to a client. */
export const chunkReplyLimits: FrameLimits = (kind) => replyLimits.get(kind);

export function encodeNumber(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(numberBytes);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** The number at the start of a body, and what follows it; undefined when the body is too short for one. */
export function decodeNumber(
  body: Buffer,
): { readonly value: number; readonly rest: Buffer } | undefined {
  return body.byteLength < numberBytes
    ? undefined
    : { value: body.readUInt32LE(0), rest: body.subarray(numberBytes) };
}
