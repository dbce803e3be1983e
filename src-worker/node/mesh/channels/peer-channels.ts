/** Opens and accepts channels over libp2p; a peer's channels to itself stay inside the process. */
import type { Libp2p, PeerId, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Multiaddr } from '@multiformats/multiaddr';
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import type { FrameLimits } from '../../../wire/frame.ts';
import { dialableAddresses, withPeer } from '../addresses.ts';
import type { Channel, ChannelOpener, ProtocolHandler, ProtocolName, Unhandle } from './channel.ts';
import type { ChannelReport } from './frame-channel.ts';
import { channelOverStream } from './libp2p-channel.ts';
import { dialFailure } from '../dial-failure.ts';
import { localChannelPair } from './local-channel.ts';
import type { Log } from '../../base/log.ts';
import { shortName } from '../../identity/peer-name.ts';

/** How long finding, dialling, encrypting and protocol negotiation may take together, in milliseconds. */
const openDeadlineMs = 10_000;

/** Channels of one protocol to one peer; the peer's own limit is usually lower. */
const maxOutboundChannels = 256;

/** Called with a peer that violated a protocol, and the proof. */
type OnViolation = (peer: string, proof: string) => void;

export class PeerChannels implements ChannelOpener {
  readonly peer: string;
  readonly #libp2p: Libp2p;
  readonly #log: Log;
  readonly #onViolation: OnViolation;
  readonly #handlers = new Map<ProtocolName, ProtocolHandler>();

  constructor(libp2p: Libp2p, log: Log, onViolation: OnViolation = () => {}) {
    this.peer = libp2p.peerId.toString();
    this.#libp2p = libp2p;
    this.#log = log;
    this.#onViolation = onViolation;
  }

  async openChannel(
    peer: string,
    protocol: ProtocolName,
    limits: FrameLimits,
    signal: AbortSignal,
    addresses?: readonly string[],
  ): Promise<Channel> {
    if (peer === this.peer) {
      return this.#openLocal(protocol, limits);
    }
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(openDeadlineMs)]);
    let stream: Stream | undefined;
    try {
      deadline.throwIfAborted();
      stream = await this.#libp2p.dialProtocol(this.#target(peer, addresses), protocol, {
        signal: deadline,
        maxOutboundStreams: maxOutboundChannels,
        runOnLimitedConnection: true,
      });
      // After an abort since the last step of the dial, the stream would stay open.
      deadline.throwIfAborted();
      return channelOverStream(stream, peer, limits, this.#reporter(protocol));
    } catch (error) {
      const failure = new AppError(
        'peer-failed',
        `Peer ${shortName(peer)} cannot be reached: ${signal.aborted ? 'the attempt was cancelled' : dialFailure(error)}`,
        { cause: error },
      );
      stream?.abort(failure);
      throw failure;
    }
  }

  async handle(protocol: ProtocolName, handler: ProtocolHandler): Promise<Unhandle> {
    this.#handlers.set(protocol, handler);
    const open = new Map<string, number>();
    await this.#libp2p.handle(
      protocol,
      (stream, connection) => {
        const peer = connection.remotePeer.toString();
        const count = open.get(peer) ?? 0;
        // libp2p limits streams per connection, but a peer may have several connections.
        if (count >= handler.maxInboundChannels) {
          stream.abort(
            new AppError('over-capacity', `Peer ${shortName(peer)} has too many channels`),
          );
          return;
        }
        open.set(peer, count + 1);
        const channel = channelOverStream(stream, peer, handler.limits, this.#reporter(protocol));
        channel.onClose(() => {
          const left = (open.get(peer) ?? 1) - 1;
          if (left === 0) {
            open.delete(peer);
          } else {
            open.set(peer, left);
          }
        });
        this.#accept(handler, channel);
      },
      {
        maxInboundStreams: handler.maxInboundChannels,
        maxOutboundStreams: maxOutboundChannels,
        // A stranger's relay may limit how much a connection carries; the channel then breaks as on any lost connection.
        runOnLimitedConnection: true,
      },
    );
    return async () => {
      this.#handlers.delete(protocol);
      await this.#libp2p.unhandle(protocol);
    };
  }

  /**
   * What to dial: an existing connection, else the given addresses and no others. Known addresses of a peer may come from any
   * stranger, and each dead one takes seconds of the deadline.
   */
  #target(peer: string, addresses: readonly string[] | undefined): PeerId | Multiaddr[] {
    const id = peerIdFromString(peer);
    if (addresses === undefined || this.#libp2p.getConnections(id).length > 0) {
      return id;
    }
    const multiaddrs = dialableAddresses(peer, addresses).map((address) => withPeer(address, peer));
    if (multiaddrs.length === 0) {
      throw new AppError('peer-failed', 'it has no address that can be dialled');
    }
    return multiaddrs;
  }

  #openLocal(protocol: ProtocolName, limits: FrameLimits): Channel {
    const handler = this.#handlers.get(protocol);
    if (handler === undefined) {
      throw new AppError('peer-failed', `This node does not serve ${protocol}`);
    }
    const [own, accepted] = localChannelPair(
      this.peer,
      [limits, handler.limits],
      this.#reporter(protocol),
    );
    this.#accept(handler, accepted);
    return own;
  }

  #accept(handler: ProtocolHandler, channel: Channel): void {
    try {
      handler.onChannel(channel);
    } catch (error) {
      channel.abort(toAppError(error));
    }
  }

  #reporter(protocol: ProtocolName): ChannelReport {
    return (error, peer) => {
      if (error.code === 'protocol-violation' && peer !== this.peer) {
        this.#onViolation(peer, error.message);
      }
      this.#log('warn', 'A channel failed', {
        peer,
        protocol,
        code: error.code,
        reason: error.message,
      });
    };
  }
}
