/**
 * This node's link to one connected peer: sends it records and pings. A peer that replies to no ping for a minute is gone,
 * which TCP would only notice after a quarter of an hour.
 */
import type { Channel } from '../channels/channel.ts';
import type { SealedRecord } from './own-record.ts';
import { pingBytes, recordKinds } from './record-messages.ts';

/** The latency is the shortest of this many pings, since the others waited for an event loop. */
const rememberedPings = 4;

/** A live peer replies within this time, even when it is busy, in milliseconds. */
const probeMs = 4000;
/** The same where the peer has probably given this node up for its silence. */
const afterSilenceMs = 1000;

/** A peer is given up when it has not replied to a ping for this long, in milliseconds. */
const silenceMs = 60_000;

type Ping = { readonly number: bigint; readonly sentAt: number };

export class PeerLink {
  readonly #open: () => Promise<Channel>;
  readonly #onDead: () => void;
  readonly #onSilence: () => void;
  #channel: Promise<Channel> | undefined;
  #isClosed = false;
  /** The newest record, to be sent after the one on its way; it replaces older ones that wait. */
  #next: SealedRecord | undefined;
  #newest = 0;
  #sending: Promise<void> | undefined;
  #ping: Ping | undefined;
  #pings = 0n;
  #roundTrips: number[] = [];
  #replies = 0;
  #probing: Promise<boolean> | undefined;
  #isSilent = false;

  /**
   * `open` opens the channel to the peer; `onDead` is called when the peer is given up, `onSilence` when it missed a ping and
   * when it replies again.
   */
  constructor(open: () => Promise<Channel>, onDead: () => void, onSilence: () => void) {
    this.#open = open;
    this.#onDead = onDead;
    this.#onSilence = onSilence;
  }

  /** Whether the next ping was due before a reply to the last one. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** The shortest of the last round trips, in milliseconds; undefined before the first reply. */
  get latencyMs(): number | undefined {
    return this.#roundTrips.length === 0 ? undefined : Math.min(...this.#roundTrips);
  }

  /**
   * Sends a record after the one on its way, in place of any that waits. Resolves once no record waits. After a failure, the
   * next record is sent anyway.
   */
  async send(record: SealedRecord): Promise<void> {
    if (record.sequence > this.#newest) {
      this.#newest = record.sequence;
      this.#next = record;
      this.#sending ??= this.#sendAll();
    }
    await this.#sending;
  }

  /**
   * Forwards the signed record of another peer; resolves when the next may follow. A record that cannot be forwarded is lost,
   * since the next one of that peer comes soon.
   */
  async forward(bytes: Uint8Array): Promise<void> {
    try {
      const channel = await this.#connected();
      await channel.send(recordKinds.forwarded, bytes);
    } catch {
      // The channel is opened anew for the next one.
    }
  }

  /** Sends a ping to measure the latency, unless the former one still waits for its reply. */
  async ping(): Promise<void> {
    if (this.#ping !== undefined) {
      if (performance.now() - this.#ping.sentAt >= silenceMs) {
        this.#onDead();
      }
      this.#noteSilence(true);
      return;
    }
    try {
      const channel = await this.#connected();
      this.#pings += 1n;
      this.#ping = { number: this.#pings, sentAt: performance.now() };
      await channel.send(recordKinds.ping, pingBody(this.#pings));
    } catch {
      // The channel is opened anew for the next ping or record.
    }
  }

  /**
   * Finds out whether the peer replies now, for a caller that has reason to think that it is gone. `pausedMs`: how long this
   * node was silent itself, since it slept or stood still.
   */
  probe(pausedMs = 0): Promise<boolean> {
    const withinMs = pausedMs >= silenceMs ? afterSilenceMs : probeMs;
    this.#probing ??= this.#probe(withinMs).finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async #probe(withinMs: number): Promise<boolean> {
    // The former ping may have been lost on a dead path, so a new one is sent.
    this.#ping = undefined;
    const before = this.#replies;
    void this.ping();
    await new Promise<void>((resolve) => {
      setTimeout(resolve, withinMs).unref();
    });
    return this.#replies > before;
  }

  /**
   * Resolves once the peer has read all that was sent. When libp2p closes a connection it drops bytes that are still in TLS,
   * so a node that leaves waits for this.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    try {
      const channel = await this.#channel;
      if (channel !== undefined) {
        const ended = new Promise<void>((resolve) => {
          channel.onClose(() => resolve());
        });
        await channel.close();
        await ended;
      }
    } catch {
      // The channel was never open.
    }
  }

  async #sendAll(): Promise<void> {
    try {
      while (this.#next !== undefined) {
        const channel = await this.#connected();
        const record: SealedRecord = this.#next;
        this.#next = undefined;
        await channel.send(recordKinds.record, record.bytes);
      }
    } catch {
      // The channel is opened anew for the next ping or record.
    } finally {
      this.#next = undefined;
      this.#sending = undefined;
    }
  }

  async #connected(): Promise<Channel> {
    this.#channel ??= this.#openChannel();
    return this.#channel;
  }

  async #openChannel(): Promise<Channel> {
    try {
      const channel = await this.#open();
      channel.onFrame(({ body }) => this.#takePong(body));
      channel.onClose(() => {
        this.#channel = undefined;
        this.#ping = undefined;
      });
      if (this.#isClosed) {
        await channel.close();
      }
      return channel;
    } catch (error) {
      this.#channel = undefined;
      throw error;
    }
  }

  #takePong(body: Buffer): void {
    if (this.#ping !== undefined && body.equals(pingBody(this.#ping.number))) {
      this.#replies += 1;
      this.#roundTrips.push(performance.now() - this.#ping.sentAt);
      this.#roundTrips = this.#roundTrips.slice(-rememberedPings);
      this.#ping = undefined;
      this.#noteSilence(false);
    }
  }

  #noteSilence(isSilent: boolean): void {
    if (this.#isSilent !== isSilent) {
      this.#isSilent = isSilent;
      this.#onSilence();
    }
  }
}

function pingBody(number: bigint): Buffer {
  const body = Buffer.alloc(pingBytes);
  body.writeBigUInt64LE(number);
  return body;
}
