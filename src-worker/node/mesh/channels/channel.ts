/**
 * A channel carries frames both ways between two peers, or between two parts of one node. Sessions use channels alone, so
 * the same code drives a stage on this machine and one across the world.
 */
import type { AppError } from '../../../../src-shared/errors.ts';
import type { Frame, FrameLimits } from '../../../wire/frame.ts';

export interface Channel {
  /** Peer id of the other end, authenticated by the connection. */
  readonly peer: string;
  /**
   * Sends one frame. Resolves once the frame was handed over under back-pressure, in order with others;
   * large bodies go out in slices so that other channels of the connection are not delayed. The parts
   * must not change before that.
   * @throws AppError `peer-failed` when the channel is closed.
   */
  send(kind: number, ...parts: readonly Uint8Array[]): Promise<void>;
  /**
   * Sets the listener for frames, which is called in order for each; a later one replaces the former, and frames that come
   * before the first one wait for it. While a promise that it returned is pending, no frame is read. When it throws or
   * rejects, the channel is aborted with that error.
   */
  onFrame(listener: (frame: Frame) => void | Promise<void>): void;
  /**
   * Sets the limits for frames from now on; the first limits are those with which the channel was opened or accepted. A
   * call from within a frame listener holds for the very next frame, even if that has arrived already.
   */
  allow(limits: FrameLimits): void;
  /**
   * Drops all frames from now on, and one that is half received, without checking or keeping them. For an end that needs no
   * more frames but still has a last one to send: both sides close as usual.
   */
  ignore(): void;
  /**
   * The listener is called once: without an error after a clean end by either side, else with the error that broke the
   * channel. After the other side's end, a last `send` from within the listener still goes out.
   */
  onClose(listener: (error: AppError | undefined) => void): void;
  /**
   * Ends this side after all sent frames; resolves once they are handed over. Last frames of the other side still arrive
   * until it ends too or three seconds have passed.
   */
  close(): Promise<void>;
  /** Ends the channel at once; the other side sees a reset. */
  abort(error: AppError): void;
  /**
   * From now on a protocol violation ends the channel but is not reported as the peer's fault, because a third party told
   * both sides what the channel is for.
   */
  excuse(): void;
  /** Reports a protocol violation of the other side, for an end that tells it by a message instead of a reset. */
  blame(error: AppError): void;
}

export type ProtocolName = `/mindmesh/${string}`;

export type ProtocolHandler = {
  readonly limits: FrameLimits;
  /** Channels that one peer may have open to this node at once; more are reset. */
  readonly maxInboundChannels: number;
  readonly onChannel: (channel: Channel) => void;
};

export type Unhandle = () => Promise<void>;

/** Opens channels to peers and accepts theirs; channels to this node's own peer id stay inside the process. */
export interface ChannelOpener {
  readonly peer: string;
  /**
   * Opens a channel. If the peer is not connected, `addresses` are dialled and no others; absent: all known ones. The
   * signal covers the opening alone; end the channel itself by `close` or `abort`.
   * @throws AppError `peer-failed` when the peer cannot be reached before the signal or ten seconds.
   */
  openChannel(
    peer: string,
    protocol: ProtocolName,
    limits: FrameLimits,
    signal: AbortSignal,
    addresses?: readonly string[],
  ): Promise<Channel>;
  /** Accepts channels of the protocol. The returned function ends that; open channels stay. */
  handle(protocol: ProtocolName, handler: ProtocolHandler): Promise<Unhandle>;
}
