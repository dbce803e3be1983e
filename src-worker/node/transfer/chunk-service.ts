/** Serves chunks of this node's models to peers, as fast as the owner's limit and the peer allow. */
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { Frame } from '../../wire/frame.ts';
import { decodeJson, encodeJson } from '../../wire/json-body.ts';
import type { Channel, ChannelOpener, Unhandle } from '../mesh/channels/channel.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import type { Bitmap } from './bitmap.ts';
import {
  chunkKinds,
  chunkOpenLimits,
  chunkOpenSchema,
  chunkProtocol,
  chunkRequestLimits,
  decodeNumber,
  encodeNumber,
} from './chunk-messages.ts';
import type { ChunkSupply, SuppliedModel } from './chunk-supply.ts';
import type { TokenBucket } from '../base/token-bucket.ts';

/** Most channels of one peer, and so models that it fetches from this node at once. */
const maxChannelsOfPeer = 4;

/** Most channels in all: each takes up to a few megabytes of memory while a slow peer reads. */
const maxChannels = 32;

/** A channel without a request, or whose peer does not read, ends after this time, in milliseconds. */
const idleMs = 60_000;

export type ChunkServiceOptions = {
  readonly opener: ChannelOpener;
  readonly supply: ChunkSupply;
  readonly upload: TokenBucket;
  /** Whether to serve the peer now; called for every reply, since the machine may pause or the peer leave the pool. */
  readonly mayServe: (peer: string) => boolean;
  /** Whether the peer may have the model; called for every reply too. If not, it gets the same reply as for an unknown model. */
  readonly mayHave: (peer: string, manifestId: string) => boolean;
  readonly clock?: Clock;
};

export class ChunkService {
  readonly #options: ChunkServiceOptions;
  readonly #channels = new Set<Channel>();
  #unhandle: Unhandle | undefined;

  constructor(options: ChunkServiceOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#unhandle = await this.#options.opener.handle(chunkProtocol, {
      limits: chunkOpenLimits,
      maxInboundChannels: maxChannelsOfPeer,
      onChannel: (channel) => this.#accept(channel),
    });
  }

  /** Ends all uploads, and serves no more. */
  async stop(): Promise<void> {
    this.interrupt();
    await this.#unhandle?.();
  }

  /** Ends all uploads under way, since the machine is released. */
  interrupt(): void {
    for (const channel of this.#channels) {
      channel.abort(new AppError('over-capacity', 'This peer sends no bytes now'));
    }
  }

  #accept(channel: Channel): void {
    const { clock = systemClock } = this.#options;
    const ended = new AbortController();
    let model: SuppliedModel | undefined;
    let manifestId = '';
    let cancelIdle: (() => void) | undefined;
    const awake = (): void => {
      cancelIdle?.();
      cancelIdle = clock.after(idleMs, () => {
        channel.abort(new AppError('timed-out', 'A peer neither asked nor read for a minute'));
      });
    };
    this.#channels.add(channel);
    awake();
    channel.onClose(() => {
      this.#channels.delete(channel);
      cancelIdle?.();
      ended.abort(new AppError('cancelled', 'The peer has gone'));
      void model?.close();
      model = undefined;
    });
    channel.onFrame(async (frame) => {
      awake();
      if (model === undefined) {
        ({ manifestId } = decodeJson(chunkOpenSchema, frame.body, 'A request for chunks'));
        model = await this.#open(channel, manifestId);
        if (ended.signal.aborted) {
          await model?.close();
          model = undefined;
        }
      } else if (!this.#options.mayServe(channel.peer)) {
        await refuse(channel, new AppError('over-capacity', 'This peer sends no bytes now'));
      } else if (this.#options.mayHave(channel.peer, manifestId)) {
        await this.#reply(channel, model, frame, ended.signal);
      } else {
        await refuse(channel, notHere());
      }
      awake();
    });
  }

  /** Opens the model and sends its bitmap; undefined when the peer was refused. */
  async #open(channel: Channel, manifestId: string): Promise<SuppliedModel | undefined> {
    if (this.#channels.size > maxChannels || !this.#options.mayServe(channel.peer)) {
      await refuse(channel, new AppError('over-capacity', 'This peer sends no bytes now'));
      return undefined;
    }
    if (!this.#options.mayHave(channel.peer, manifestId)) {
      await refuse(channel, notHere());
      return undefined;
    }
    let model: SuppliedModel | undefined;
    let have: Bitmap | undefined;
    try {
      model = await this.#options.supply.open(manifestId);
      have = await model?.have();
    } catch (error) {
      await model?.close();
      // The reason may contain paths of this machine, so the peer does not get it.
      await refuse(
        channel,
        new AppError(toAppError(error).code, 'This peer cannot read the model'),
      );
      return undefined;
    }
    if (model === undefined || have === undefined) {
      await refuse(channel, notHere());
      return undefined;
    }
    channel.allow(chunkRequestLimits);
    try {
      await channel.send(chunkKinds.have, have.toBytes());
    } catch (error) {
      // The peer is gone, and the file would stay open.
      await model.close();
      throw error;
    }
    return model;
  }

  async #reply(
    channel: Channel,
    model: SuppliedModel,
    { kind, body }: Frame,
    signal: AbortSignal,
  ): Promise<void> {
    if (kind === chunkKinds.refresh) {
      await this.#send(channel, signal, chunkKinds.have, [(await model.have()).toBytes()]);
      return;
    }
    const number = decodeNumber(body)?.value;
    const most = kind === chunkKinds.chunk ? model.map.count : model.map.manifest.tensors.length;
    if (number === undefined || number >= most) {
      throw new AppError('protocol-violation', 'A peer asked for a part that the model lacks');
    }
    const bytes = kind === chunkKinds.chunk ? await model.read(number) : await model.leaves(number);
    const reply = [encodeNumber(number), ...(bytes === undefined ? [] : [bytes])];
    await this.#send(channel, signal, kind, reply);
  }

  async #send(
    channel: Channel,
    signal: AbortSignal,
    kind: number,
    body: readonly Uint8Array[],
  ): Promise<void> {
    const bytes = body.reduce((sum, part) => sum + part.byteLength, 0);
    await this.#options.upload.take(bytes, signal);
    await channel.send(kind, ...body);
  }
}

async function refuse(channel: Channel, error: AppError): Promise<void> {
  await channel.send(chunkKinds.failed, encodeJson(error.toReport()));
  await channel.close();
  channel.ignore();
}

function notHere(): AppError {
  return new AppError('model-not-found', 'This peer does not have the model');
}
