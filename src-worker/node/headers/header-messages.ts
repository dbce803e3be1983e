/**
 * The model protocol, `/mindmesh/model/1.0.0`: a peer without a model's file gets its manifest and its GGUF header (tokenizer
 * and chat template, no weights) from a peer that has the file. One exchange on each channel:
 *
 *   client    ── request ──▶
 *             ◀── manifest, header …, end ──   server     or   ◀── failed ──
 *
 * `manifest` is the canonical JSON whose SHA-256 is the model's id; `header` is the next piece of the file.
 */
import { z } from 'zod';
import { manifestIdSchema } from '../../../src-shared/model.ts';
import { limits } from '../../gguf/format.ts';
import type { FrameLimits } from '../../wire/frame.ts';

export const headerProtocol = '/mindmesh/model/1.0.0';

export const headerKinds = { request: 1, manifest: 2, header: 3, end: 4, failed: 5 } as const;

/** Most bytes of a manifest: one with the most tensors has about 20 MB. */
const maxManifestBytes = 32 * 1024 * 1024;

/** Most bytes of a whole header file. */
export const maxHeaderBytes = limits.headerBytes;

/** Bytes of one piece of it. */
export const headerPieceBytes = 256 * 1024;

const maxMessageBytes = 4096;

export const headerRequestSchema = z.object({ manifestId: manifestIdSchema });

/** Limits for frames to the server. */
export const headerRequestLimits: FrameLimits = (kind) =>
  kind === headerKinds.request ? maxMessageBytes : undefined;

const replyLimits = new Map<number, number>([
  [headerKinds.manifest, maxManifestBytes],
  [headerKinds.header, headerPieceBytes],
  [headerKinds.end, 0],
  [headerKinds.failed, maxMessageBytes],
]);

/** Limits for frames to the client. */
export const headerReplyLimits: FrameLimits = (kind) => replyLimits.get(kind);
