/** Serves manifests and headers of this node's models to peers. */
import { open } from 'node:fs/promises';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import { decodeJson, encodeJson } from '../../wire/json-body.ts';
import { canonicalJson } from '../../../src-shared/canonical-json.ts';
import { type Manifest } from '../manifests/manifest.ts';
import type { Channel, ChannelOpener, Unhandle } from '../mesh/channels/channel.ts';
import {
  headerKinds,
  headerPieceBytes,
  headerProtocol,
  headerRequestLimits,
  headerRequestSchema,
} from './header-messages.ts';

/** An honest peer requests one model after the other. */
const maxInboundChannels = 2;

export type HeaderSource = {
  /** Whether a peer may have the model. One that may not gets the same reply as for a model that is not here. */
  readonly mayHave: (peer: string, manifestId: string) => boolean;
  /** The model's manifest; undefined when this node has no file of the model. */
  readonly manifest: (manifestId: string) => Manifest | undefined;
  /** Path of a GGUF with the model's metadata alone. @throws AppError */
  readonly headerPath: (manifestId: string) => Promise<string>;
};

/** Serves peers from now on; the returned function ends that. */
export function serveHeaders(opener: ChannelOpener, source: HeaderSource): Promise<Unhandle> {
  return opener.handle(headerProtocol, {
    limits: headerRequestLimits,
    maxInboundChannels,
    onChannel: (channel) => serveOne(channel, source),
  });
}

function serveOne(channel: Channel, source: HeaderSource): void {
  let isAsked = false;
  channel.onFrame(async ({ body }) => {
    if (isAsked) {
      throw new AppError('protocol-violation', 'A peer asked twice on one channel');
    }
    isAsked = true;
    const { manifestId } = decodeJson(headerRequestSchema, body, 'A request for a model');
    await reply(channel, source, manifestId);
    await channel.close();
  });
}

async function reply(channel: Channel, source: HeaderSource, manifestId: string): Promise<void> {
  const mayHave = source.mayHave(channel.peer, manifestId);
  const manifest = mayHave ? source.manifest(manifestId) : undefined;
  if (manifest === undefined) {
    await refuse(channel, new AppError('model-not-found', 'This peer does not have the model'));
    return;
  }
  let path: string;
  try {
    path = await source.headerPath(manifestId);
  } catch (error) {
    // The reason may contain paths of this machine, so the peer does not get it.
    await refuse(channel, new AppError(toAppError(error).code, 'This peer cannot read the model'));
    return;
  }
  await channel.send(headerKinds.manifest, Buffer.from(canonicalJson(manifest)));
  await sendFile(channel, path);
  await channel.send(headerKinds.end);
}

async function sendFile(channel: Channel, path: string): Promise<void> {
  const piece = Buffer.allocUnsafe(headerPieceBytes);
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.byteLength);
      if (bytesRead === 0) {
        return;
      }
      await channel.send(headerKinds.header, piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function refuse(channel: Channel, error: AppError): Promise<void> {
  await channel.send(headerKinds.failed, encodeJson(error.toReport()));
}
