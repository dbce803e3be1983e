/**
 * The parts of hyperdht (6.34) that are used here, with types; it comes without. It loads native libraries, which fails on a
 * system that they are not made for, so only what runs while a DHT is on may import this for more than types.
 */
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

export type DhtAddress = { readonly host: string; readonly port: number };
export type DhtKeyPair = { readonly publicKey: Buffer; readonly secretKey: Buffer };

/** A reliable stream over UDP, of udx-native; a Duplex of streamx. */
export interface UdxStream extends EventEmitter {
  readonly remoteHost: string | null;
  readonly remotePort: number;
  write(bytes: Uint8Array): boolean;
  end(): void;
  destroy(error?: Error): void;
  setKeepalive(milliseconds: number): void;
}

/** What the two ends of a punch tell each other inside hyperdht's own handshake. */
export type PunchPayload = {
  readonly addresses4: readonly DhtAddress[] | null;
  readonly addresses6: readonly DhtAddress[] | null;
  readonly relayAddresses?: readonly DhtAddress[] | null;
  /** Where the other end can be asked to punch: nodes of the DHT, and how they see it. */
  readonly holepunch: {
    readonly id: number;
    readonly relays: readonly {
      readonly relayAddress: DhtAddress;
      readonly peerAddress: DhtAddress;
    }[];
  } | null;
  readonly relayThrough: object | null;
};

export type DhtRequest = {
  readonly command: number;
  readonly target: Buffer | null;
  readonly value: Buffer | null;
  readonly from: DhtAddress;
};

/** What a node knows of a server: where it announced itself from, or that it is this node's own. */
type DhtRoute = { readonly relay: DhtAddress | null; readonly onpeerhandshake?: unknown };

type LookUpReply = {
  readonly from: DhtAddress;
  readonly peers: readonly { readonly publicKey: Buffer }[];
};

type DhtQuery = AsyncIterable<LookUpReply> & {
  destroy(): void;
  finished(): Promise<void>;
};

export type DhtOptions = {
  /** `host:port` of nodes to begin with; absent: those of the public DHT. */
  readonly bootstrap?: readonly string[];
  readonly keyPair?: DhtKeyPair;
  readonly host?: string;
  readonly port?: number | readonly [number, number];
  readonly anyPort?: boolean;
  /** Whether it stores nothing for others. */
  readonly ephemeral?: boolean;
  readonly firewalled?: boolean;
};

/** How a punched stream is made, on either side. */
export type PunchMaking<Handshake, Stream> = {
  readonly createHandshake: (own: DhtKeyPair, remote: Buffer | null) => Handshake;
  readonly createSecretStream: (
    isInitiator: boolean,
    raw: UdxStream | null,
    options: object,
  ) => Stream;
  readonly holepunch: (
    remoteFirewall: number,
    ownFirewall: number,
    remoteAddresses: readonly DhtAddress[],
  ) => boolean;
};

export interface DhtServer extends EventEmitter {
  listen(keyPair: DhtKeyPair): Promise<unknown>;
  close(): Promise<void>;
}

export interface Dht extends EventEmitter {
  readonly io: { onrequest: (request: DhtRequest, isExternal: boolean) => void };
  /** What this node knows of its own address. */
  readonly _nat: { add(host: string, port: number): void };
  readonly _router: { get(target: Buffer): DhtRoute | null };
  onrequest(request: DhtRequest): boolean;
  fullyBootstrapped(): Promise<void>;
  address(): DhtAddress | null;
  connect<Handshake, Stream>(
    key: Uint8Array,
    options: PunchMaking<Handshake, Stream> & { readonly localConnection: boolean },
  ): Stream;
  createServer<Handshake, Stream>(
    options: PunchMaking<Handshake, Stream> & {
      readonly shareLocalAddress: boolean;
      /** Returns whether the handshake is refused, before anything is made for it. */
      readonly firewall: (key: Buffer, payload: PunchPayload, address: DhtAddress) => boolean;
    },
    onConnection: (stream: Stream) => void,
  ): DhtServer;
  lookup(topic: Uint8Array): DhtQuery;
  announce(topic: Uint8Array, keyPair: DhtKeyPair, relays: readonly DhtAddress[]): DhtQuery;
  unannounce(topic: Uint8Array, keyPair: DhtKeyPair): Promise<void>;
  destroy(options?: { readonly force?: boolean }): Promise<void>;
}

interface PunchHandshake {
  recv(message: Uint8Array): PunchPayload;
}

type PunchMessage = {
  readonly mode: number;
  readonly peerAddress: DhtAddress | null;
  readonly relayAddress?: DhtAddress | null;
};
type MessageCodec = {
  /** @throws when the bytes are none of these messages */
  decode(state: { start: number; end: number; buffer: Uint8Array }): PunchMessage;
};

const require = createRequire(import.meta.url);

export const HyperDht = require('hyperdht') as {
  new (options: DhtOptions): Dht;
};

/** hyperdht's own handshake, which proves both ends' keys for the punch. */
export const PunchHandshake = require('hyperdht/lib/noise-wrap.js') as {
  new (own: DhtKeyPair, remote: Buffer | null): PunchHandshake;
};

/** How messages of a punch are written. */
export const punchMessages = require('hyperdht/lib/messages.js') as {
  readonly handshake: MessageCodec;
  readonly holepunch: MessageCodec;
};
