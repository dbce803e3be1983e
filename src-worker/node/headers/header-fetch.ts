/** Fetches a model's header from one peer and verifies it: the model's id is the hash of its manifest. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../../../src-shared/errors.ts';
import { writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import { modelFacts } from '../../gguf/model-facts.ts';
import { openGguf } from '../../gguf/read.ts';
import { checkVocabulary } from '../../gguf/vocabulary.ts';
import type { Frame } from '../../wire/frame.ts';
import { decodeReport, encodeJson } from '../../wire/json-body.ts';
import { hashMetadata } from '../manifests/make-manifest.ts';
import { type Manifest, manifestId as idOf, manifestSchema } from '../manifests/manifest.ts';
import type { Channel, ChannelOpener } from '../mesh/channels/channel.ts';
import {
  headerReplyLimits,
  headerKinds,
  headerProtocol,
  maxHeaderBytes,
} from './header-messages.ts';

export type HeaderRequest = {
  readonly peer: string;
  readonly manifestId: string;
  /** The path of the file, which is written whole or not at all. */
  readonly path: string;
  readonly signal: AbortSignal;
};

/**
 * Fetches the header of a model from a peer and writes it once it is verified. Returns the model's manifest.
 * @throws AppError `peer-failed`, `protocol-violation` or `gguf-invalid` for wrong data from the peer, `cancelled` by the
 * signal, or the peer's own refusal; the system's error when the file cannot be written
 */
export async function fetchHeader(
  opener: ChannelOpener,
  request: HeaderRequest,
): Promise<Manifest> {
  const { peer, manifestId, path, signal } = request;
  const channel = await opener.openChannel(peer, headerProtocol, headerReplyLimits, signal);
  const onAbort = (): void => {
    channel.abort(new AppError('cancelled', 'The model is not needed any more'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await writeAtomically(path, async (file, partial) => {
      const received = receive(channel, manifestId, file);
      void channel.send(headerKinds.request, encodeJson({ manifestId }));
      const manifest = await received;
      await checkHeader(partial, manifest);
      return manifest;
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    void channel.close();
  }
}

/** Resolves once the whole file was written. */
function receive(channel: Channel, manifestId: string, file: FileHandle): Promise<Manifest> {
  const received = Promise.withResolvers<Manifest>();
  let manifest: Manifest | undefined;
  let bytes = 0;
  const take = async ({ kind, body }: Frame): Promise<void> => {
    if (kind === headerKinds.failed) {
      received.reject(decodeReport(body));
    } else if (kind === headerKinds.manifest && manifest === undefined) {
      manifest = readManifest(body, manifestId);
    } else if (kind === headerKinds.header && manifest !== undefined) {
      bytes += body.byteLength;
      if (bytes > maxHeaderBytes) {
        throw new AppError('protocol-violation', 'A peer sent a header that is too long');
      }
      await file.writeFile(body);
    } else if (kind === headerKinds.end && manifest !== undefined) {
      received.resolve(manifest);
    } else {
      throw new AppError('protocol-violation', 'A peer sent parts of a header out of order');
    }
  };
  channel.onFrame(take);
  channel.onClose((error) => {
    const early = new AppError('peer-failed', 'The peer ended before the header did');
    received.reject(error ?? early);
  });
  return received.promise;
}

/** Hashes the bytes before it parses them, so that only the requested manifest is ever parsed. */
function readManifest(body: Buffer, id: string): Manifest {
  if (createHash('sha256').update(body).digest('hex') !== id) {
    throw new AppError('protocol-violation', 'A peer sent the manifest of another model');
  }
  try {
    const manifest = manifestSchema.parse(JSON.parse(body.toString('utf8')));
    if (idOf(manifest) === id) {
      return manifest;
    }
    throw new Error('its JSON is not in the canonical form');
  } catch (error) {
    throw new AppError('protocol-violation', 'The manifest of this model is not valid', {
      cause: error,
    });
  }
}

/** @throws AppError `gguf-invalid` when the file is not the metadata whose hash is in the manifest */
async function checkHeader(path: string, manifest: Manifest): Promise<void> {
  const file = await openGguf(path);
  try {
    const { architecture, layers, width } = modelFacts(file);
    checkVocabulary(file);
    const hashes = hashMetadata(file, architecture);
    const isRight =
      file.header.tensors.length === 0 &&
      architecture === manifest.architecture &&
      layers === manifest.layers &&
      width === manifest.width &&
      hashes.parametersSha256 === manifest.parametersSha256 &&
      hashes.tokenizerSha256 === manifest.tokenizerSha256 &&
      hashes.templateSha256 === manifest.templateSha256;
    if (!isRight) {
      throw new AppError('gguf-invalid', 'A peer sent a header that is not the one of the model');
    }
  } finally {
    await file.close();
  }
}
