/**
 * A connection to a node that follows no rules. TCP, encryption and the greeting of pools are real; after that, the
 * test writes every byte of the multiplexer, also those that no library would.
 */
import type { MessageStream, StreamMuxer } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { tls } from '@libp2p/tls';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import type { Identity } from '../../../src-worker/node/identity/identity.ts';
import { MembershipGate } from '../../../src-worker/node/pools/gate/membership-gate.ts';
import { someKey } from '../pools/pool-keys.ts';

/** Format: https://github.com/hashicorp/yamux/blob/master/spec.md */
export const yamuxTypes = { data: 0, window: 1, ping: 2, goAway: 3 } as const;
export const yamuxFlags = { syn: 1, ack: 2, fin: 4, rst: 8 } as const;
const headerBytes = 12;

export function yamuxHeader(type: number, flags: number, stream: number, length: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(flags, 2);
  header.writeUInt32BE(stream >>> 0, 4);
  header.writeUInt32BE(length >>> 0, 8);
  return header;
}

/** Bytes for a stream that is open already. */
export function onStream(id: number, ...said: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(said);
  return Buffer.concat([yamuxHeader(yamuxTypes.data, 0, id, body.byteLength), body]);
}

/** One line of multistream-select, by which a stream's protocol is agreed on. */
function agreementLine(text: string): Buffer {
  const line = Buffer.from(`${text}\n`);
  const length =
    line.byteLength < 128
      ? [line.byteLength]
      : [(line.byteLength & 127) | 128, line.byteLength >> 7];
  return Buffer.concat([Buffer.from(length), line]);
}

/** How long the node may take for anything, in milliseconds; a side that does not read does not notice an end. */
const patienceMs = 10_000;
const deafPatienceMs = 1000;

const agreement = agreementLine('/multistream/1.0.0');

export type RawOptions = {
  /** The identity of the connecting peer; absent: a new one. */
  readonly identity?: Identity;
  /** The address of this machine that the connection comes from. */
  readonly from?: string;
  /**
   * What to send on a stream that the node opens, after agreeing to its protocol; absent: nothing, not even the
   * agreement.
   */
  readonly reply?: (protocol: string) => Uint8Array;
};

export class RawConnection {
  readonly peer: string;
  readonly #line: MessageStream;
  readonly #end: () => Promise<void>;
  readonly #reply: RawOptions['reply'];
  /** What the node has sent on streams that it opened, until they got a reply. */
  readonly #asked = new Map<number, string>();
  #isDeaf = false;
  #nextStream = 1;
  #unread = Buffer.alloc(0);
  #pongs = 0;
  /** Callers that wait for a change. */
  readonly #waiting = new Set<() => void>();
  /** Streams that the node has ended or reset. */
  readonly ended = new Set<number>();
  /** Bytes that the node sent on streams that it did not open. */
  #heardBytes = 0;

  /** @throws Error when the node does not let it in */
  static async open(address: string, options: RawOptions = {}): Promise<RawConnection> {
    const { from, reply } = options;
    const self = options.identity ?? (await someKey());
    const gate = new MembershipGate({ identity: self, pools: undefined, poolOnly: false });
    const opened = Promise.withResolvers<MessageStream>();
    const libp2p = await createLibp2p({
      privateKey: self.privateKey,
      addresses: { listen: [] },
      transports: [tcp(from === undefined ? {} : { dialOpts: { localAddress: from } as object })],
      connectionEncrypters: [gate.guard(tls())],
      connectionMonitor: { enabled: false },
      streamMuxers: [
        () => ({ protocol: '/yamux/1.0.0', createStreamMuxer: (line) => captured(line, opened) }),
      ],
    });
    try {
      await libp2p.dial(multiaddr(address), { signal: AbortSignal.timeout(10_000) });
      return new RawConnection(self.peer, await opened.promise, async () => libp2p.stop(), reply);
    } catch (error) {
      await libp2p.stop();
      throw error;
    }
  }

  private constructor(
    peer: string,
    line: MessageStream,
    end: () => Promise<void>,
    reply: RawOptions['reply'],
  ) {
    this.peer = peer;
    this.#line = line;
    this.#end = end;
    this.#reply = reply;
    line.addEventListener('message', ({ data }) => this.#read(data.subarray()));
    line.addEventListener('close', () => this.#wake());
    line.addEventListener('drain', () => this.#wake());
  }

  get isOpen(): boolean {
    return this.#line.status === 'open';
  }

  /** Bytes as they are; resolves when more may be sent, or none any more. */
  async send(...bytes: readonly Uint8Array[]): Promise<void> {
    if (this.isOpen && !this.#line.send(Buffer.concat(bytes))) {
      await this.#until(() => !this.#line.writableNeedsDrain);
    }
  }

  /** A number for a stream, and bytes that open it, agree on a protocol and send data at once. */
  stream(protocol: string, ...said: readonly Uint8Array[]): { id: number; bytes: Buffer } {
    const id = this.#nextStream;
    this.#nextStream += 2;
    const data = Buffer.concat([agreement, agreementLine(protocol), ...said]);
    const header = yamuxHeader(yamuxTypes.data, yamuxFlags.syn, id, data.byteLength);
    return { id, bytes: Buffer.concat([header, data]) };
  }

  /** Opens streams of a protocol, and waits until the node has agreed. */
  async streams(protocol: string, count: number): Promise<number[]> {
    const opened = Array.from({ length: count }, () => this.stream(protocol));
    const agreed = agreement.byteLength + agreementLine(protocol).byteLength;
    await this.hears(count * agreed, ...opened.map(({ bytes }) => bytes));
    return opened.map(({ id }) => id);
  }

  /** Sends these bytes, and waits for this many in reply, on all of its streams together. */
  async hears(count: number, ...bytes: readonly Uint8Array[]): Promise<void> {
    const wanted = this.#heardBytes + count;
    await this.send(...bytes);
    await this.#until(() => this.#heardBytes >= wanted);
  }

  /** Resolves when the node has processed everything that was sent before, or is gone. */
  async settled(): Promise<void> {
    const wanted = this.#pongs + 1;
    await this.send(yamuxHeader(yamuxTypes.ping, yamuxFlags.syn, 0, 7));
    await this.#until(() => this.#pongs >= wanted);
  }

  /** Stops reading from the socket, so that the node's data piles up on its side. */
  stopReading(): void {
    this.#isDeaf = true;
    this.#line.pause();
  }

  async close(): Promise<void> {
    this.#line.abort(new Error('The attack is over'));
    await this.#end();
  }

  async #until(condition: () => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(this.#isDeaf ? deafPatienceMs : patienceMs);
    deadline.addEventListener('abort', () => this.#wake());
    while (this.isOpen && !condition() && !deadline.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  #wake(): void {
    this.#waiting.forEach((resolve) => resolve());
    this.#waiting.clear();
  }

  #read(bytes: Uint8Array): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    while (this.#unread.byteLength >= headerBytes) {
      const type = this.#unread.readUInt8(1);
      const flags = this.#unread.readUInt16BE(2);
      const stream = this.#unread.readUInt32BE(4);
      const length = this.#unread.readUInt32BE(8);
      const bodyBytes = type === yamuxTypes.data ? length : 0;
      if (this.#unread.byteLength < headerBytes + bodyBytes) {
        return;
      }
      const body = this.#unread.subarray(headerBytes, headerBytes + bodyBytes);
      this.#unread = this.#unread.subarray(headerBytes + bodyBytes);
      if (stream % 2 === 0 && stream > 0) {
        this.#agree(stream, flags, body);
      }
      this.#heardBytes += stream % 2 === 1 ? bodyBytes : 0;
      if (type === yamuxTypes.ping && (flags & yamuxFlags.ack) !== 0) {
        this.#pongs += 1;
      }
      if ((flags & (yamuxFlags.fin | yamuxFlags.rst)) !== 0) {
        this.ended.add(stream);
      }
    }
    this.#wake();
  }

  /** Agrees to any protocol that the node opens, and sends the prepared bytes. */
  #agree(stream: number, flags: number, body: Buffer): void {
    if ((flags & yamuxFlags.syn) !== 0) {
      this.#asked.set(stream, '');
    }
    const before = this.#asked.get(stream);
    if (this.#reply === undefined || before === undefined) {
      return;
    }
    const said = before + body.toString('latin1');
    this.#asked.set(stream, said);
    const [, , protocol] = /^.\/multistream\/1\.0\.0\n(.)(\/[^\n]+)\n/s.exec(said) ?? [];
    if (protocol !== undefined) {
      this.#asked.delete(stream);
      const data = Buffer.concat([agreement, agreementLine(protocol), this.#reply(protocol)]);
      const header = yamuxHeader(yamuxTypes.data, yamuxFlags.ack, stream, data.byteLength);
      void this.send(header, data);
    }
  }
}

/** A multiplexer for libp2p that does nothing but hand over its connection. */
function captured(line: MessageStream, opened: PromiseWithResolvers<MessageStream>): StreamMuxer {
  const muxer: Omit<StreamMuxer, keyof EventTarget> = {
    protocol: '/yamux/1.0.0',
    streams: [],
    status: 'open',
    createStream: () => Promise.reject(new Error('Streams are opened by hand')),
    abort: () => {},
    close: () => Promise.resolve(),
  } as unknown as StreamMuxer;
  opened.resolve(line);
  return Object.assign(new EventTarget(), muxer) as unknown as StreamMuxer;
}
