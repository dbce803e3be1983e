/**
 * The model protocol, `/mindmesh/model/1.0.0`: a peer without a model's file gets its manifest and its GGUF
 * header (tokenizer and chat template, no weights) from a peer that has the file. Per channel one exchange:
 *
 *   asker     ── request ──▶
 *             ◀── manifest, header …, end ──   hoster     or   ◀── failed ──
 *
 * `manifest` is the canonical JSON whose SHA-256 is the model's id; `header` is the next piece of the file.
 */
import { z } from 'zod';
import { manifestIdSchema } from '../../../src-shared/model.ts';
import { limits } from '../../gguf/format.ts';
import type { FrameLimits } from '../../wire/frame.ts';

export const headerProtocol = '/mindmesh/model/1.0.0';

export const headerKinds = { request: 1, manifest: 2, header: 3, end: 4, failed: 5 } as const;

/** Of a manifest of the most tensors there can be, about 20 MB. */
const maxManifestBytes = 32 * 1024 * 1024;

/** Of a whole header file, in bytes. */
export const maxHeaderBytes = limits.headerBytes;

/** Of one piece of it. */
export const headerPieceBytes = 256 * 1024;

const maxMessageBytes = 4096;

export const headerRequestSchema = z.object({ manifestId: manifestIdSchema });

/** What the hoster may be sent. */
export const headerRequestLimits: FrameLimits = (kind) =>
  kind === headerKinds.request ? maxMessageBytes : undefined;

const answerLimits = new Map<number, number>([
  [headerKinds.manifest, maxManifestBytes],
  [headerKinds.header, headerPieceBytes],
  [headerKinds.end, 0],
  [headerKinds.failed, maxMessageBytes],
]);

/** What the asker may be sent. */
export const headerAnswerLimits: FrameLimits = (kind) => answerLimits.get(kind);
