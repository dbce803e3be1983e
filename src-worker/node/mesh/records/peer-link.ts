/**
 * This node's side of the conversation with one connected peer: sends it our records and pings it. A peer
 * that answers no ping for a minute is gone, though TCP would take a quarter of an hour to say so.
 */
import type { Channel } from '../channels/channel.ts';
import type { SealedRecord } from './own-record.ts';
import { pingBytes, recordKinds } from './record-messages.ts';

/** The latency is the shortest of this many pings: the others waited for an event loop. */
const rememberedPings = 4;

/** A peer that answers is quicker than this, even when it is busy, in milliseconds. */
const probeMs = 4000;

/** A peer is given up when a ping was not answered for this long, in milliseconds. */
const silenceMs = 60_000;

type Ping = { readonly number: bigint; readonly sentAt: number };

export class PeerLink {
  readonly #open: () => Promise<Channel>;
  readonly #onDead: () => void;
  readonly #onSilence: () => void;
  #channel: Promise<Channel> | undefined;
  #isClosed = false;
  /** The newest record while another is on its way: older ones need not be sent any more. */
  #next: SealedRecord | undefined;
  #newest = 0;
  #sending: Promise<void> | undefined;
  #ping: Ping | undefined;
  #pings = 0n;
  #roundTrips: number[] = [];
  #answers = 0;
  #probing: Promise<boolean> | undefined;
  #isSilent = false;

  /**
   * `open` opens the channel to the peer; `onDead` is called when it no longer answers, `onSilence` when it missed a ping
   * and when it answers again.
   */
  constructor(open: () => Promise<Channel>, onDead: () => void, onSilence: () => void) {
    this.#open = open;
    this.#onDead = onDead;
    this.#onSilence = onSilence;
  }

  /** Whether the next ping was due before the last one was answered. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Shortest of the last round trips, in milliseconds; undefined before the first answer. */
  get latencyMs(): number | undefined {
    return this.#roundTrips.length === 0 ? undefined : Math.min(...this.#roundTrips);
  }

  /**
   * Sends a record, after the one that is on its way and in place of those that wait. Resolves once no
   * record waits; a peer that cannot be sent one is sent the next.
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
   * Passes the signed record of another peer on; resolves when it may be followed by the next. What cannot be
   * passed on is lost: it comes again.
   */
  async forward(bytes: Uint8Array): Promise<void> {
    try {
      const channel = await this.#connected();
      await channel.send(recordKinds.forwarded, bytes);
    } catch {
      // The channel is opened anew for the next one.
    }
  }

  /** Measures the latency, unless the former ping is still unanswered. */
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

  /** Whether the peer answers now: there is reason to think that it is gone. */
  probe(): Promise<boolean> {
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async #probe(): Promise<boolean> {
    // What was asked before may have been lost, however well the peer can be reached now.
    this.#ping = undefined;
    const before = this.#answers;
    void this.ping();
    await new Promise<void>((resolve) => {
      setTimeout(resolve, probeMs).unref();
    });
    return this.#answers > before;
  }

  /**
   * Resolves once the peer has read what it was sent. libp2p drops what is still on its way through TLS when
   * it closes a connection, so a node that says good-bye waits for this.
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
      // It was never open.
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
      channel.onFrame(({ body }) => this.#answered(body));
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

  #answered(body: Buffer): void {
    if (this.#ping !== undefined && body.equals(pingBody(this.#ping.number))) {
      this.#answers += 1;
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
