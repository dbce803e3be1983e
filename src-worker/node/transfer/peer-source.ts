/** Chunks from a peer, several requests under way at once over one channel. */
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { Frame } from '../../wire/frame.ts';
import { decodeReport, encodeJson } from '../../wire/json-body.ts';
import type { Channel, ChannelOpener } from '../mesh/channels/channel.ts';
import { shortName } from '../identity/peer-name.ts';
import { Bitmap } from './bitmap.ts';
import type { ChunkMap } from './chunk-map.ts';
import {
  chunkReplyLimits,
  chunkKinds,
  chunkProtocol,
  decodeNumber,
  encodeNumber,
} from './chunk-messages.ts';
import type { ChunkSource } from './chunk-source.ts';

/** Requests under way at once, of a megabyte each: enough for 300 Mbit/s at a round-trip time of 0.1 seconds. */
const parallel = 4;

type Reply = Buffer<ArrayBuffer>;

export class PeerSource implements ChunkSource {
  readonly kind = 'peer';
  readonly parallel = parallel;
  readonly id: string;
  readonly #map: ChunkMap;
  readonly #channel: Channel;
  /** Waiting requests by "kind number"; replies to equal requests come in order. */
  readonly #waiting = new Map<string, PromiseWithResolvers<Reply>[]>();
  #have: Bitmap;
  #failure: AppError | undefined;

  /**
   * Opens a channel to the peer and reads which chunks of the model it has.
   * @throws AppError `peer-failed` or `protocol-violation`, or the peer's own refusal
   */
  static async open(
    opener: ChannelOpener,
    options: { peer: string; manifestId: string; map: ChunkMap; signal: AbortSignal },
  ): Promise<PeerSource> {
    const { peer, manifestId, map, signal } = options;
    const channel = await opener.openChannel(peer, chunkProtocol, chunkReplyLimits, signal);
    const source = new PeerSource(channel, map);
    const question = encodeJson({ manifestId });
    try {
      await source.#ask(chunkKinds.have, 0, [chunkKinds.open, question], signal);
      return source;
    } catch (error) {
      channel.abort(toAppError(error));
      throw error;
    }
  }

  private constructor(channel: Channel, map: ChunkMap) {
    this.id = channel.peer;
    this.#channel = channel;
    this.#map = map;
    this.#have = new Bitmap(map.count);
    channel.onFrame((frame) => this.#take(frame));
    channel.onClose((error) => {
      this.#fail(error ?? new AppError('peer-failed', `Peer ${shortName(this.id)} ended early`));
    });
  }

  get have(): Bitmap {
    return this.#have;
  }

  async fetch(chunk: number, signal: AbortSignal): Promise<Reply | undefined> {
    const data = await this.#askNumber(chunkKinds.chunk, chunk, signal);
    return data.byteLength === 0 ? undefined : data;
  }

  async leaves(tensor: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const leaves = await this.#askNumber(chunkKinds.leaves, tensor, signal);
    return leaves.byteLength === 0 ? undefined : leaves;
  }

  async refresh(signal: AbortSignal): Promise<void> {
    await this.#ask(chunkKinds.have, 0, [chunkKinds.refresh], signal);
  }

  async close(): Promise<void> {
    const error = new AppError('cancelled', 'The model is not needed from this peer any more');
    // The channel is aborted, since nothing waits for the megabytes that are under way.
    if (this.#waiting.size > 0) {
      this.#channel.abort(error);
    } else {
      await this.#channel.close();
    }
    this.#fail(error);
  }

  async #askNumber(kind: number, number: number, signal: AbortSignal): Promise<Reply> {
    return await this.#ask(kind, number, [kind, encodeNumber(number)], signal);
  }

  /** Sends a request. If the caller gives up, the reply still comes and is dropped. */
  async #ask(
    kind: number,
    number: number,
    question: readonly [number, Uint8Array?],
    signal: AbortSignal,
  ): Promise<Reply> {
    signal.throwIfAborted();
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    const key = `${kind} ${number}`;
    const reply = Promise.withResolvers<Reply>();
    // After a caller gave up, a rejection would count as unhandled.
    reply.promise.catch(() => undefined);
    this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), reply]);
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const [asked, body] = question;
      await this.#channel.send(asked, ...(body === undefined ? [] : [body]));
      return await Promise.race([reply.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #take({ kind, body }: Frame): void {
    if (kind === chunkKinds.failed) {
      const refusal = decodeReport(body);
      this.#fail(refusal);
      this.#channel.abort(refusal);
      return;
    }
    if (kind === chunkKinds.have) {
      this.#have = Bitmap.parse(body, this.#map.count) ?? violate('a list of what it has');
      this.#resolve(`${kind} 0`, Buffer.alloc(0));
      return;
    }
    const { value, rest } = decodeNumber(body) ?? violate('a reply');
    // The type is certain: a frame's body is never in shared memory.
    this.#resolve(`${kind} ${value}`, rest as Reply);
  }

  #resolve(key: string, data: Reply): void {
    const [first, ...others] = this.#waiting.get(key) ?? [];
    if (others.length > 0) {
      this.#waiting.set(key, others);
    } else {
      this.#waiting.delete(key);
    }
    (first ?? violate('a reply without a request')).resolve(data);
  }

  #fail(error: AppError): void {
    this.#failure ??= error;
    for (const { reject } of [...this.#waiting.values()].flat()) {
      reject(error);
    }
    this.#waiting.clear();
  }
}

function violate(what: string): never {
  throw new AppError('protocol-violation', `A peer sent ${what} that cannot be read`);
}
