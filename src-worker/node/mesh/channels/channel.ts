/**
 * A channel carries frames both ways between two peers, or between two parts of one node. Sessions speak
 * channels alone, so a stage on this machine and one across the world are driven by the same code.
 */
import type { AppError } from '../../../../src-shared/errors.ts';
import type { Frame, FrameLimits } from '../../../wire/frame.ts';

export interface Channel {
  /** Peer id of the other end; authenticated by the connection it runs on. */
  readonly peer: string;
  /**
   * Sends one frame. Resolves once the frame was handed over under back-pressure, in order with others;
   * large bodies go out in slices so that other channels of the connection are not delayed. The parts
   * must not change before that.
   * @throws AppError `peer-failed` when the channel is closed.
   */
  send(kind: number, ...parts: readonly Uint8Array[]): Promise<void>;
  /**
   * Called in order for every frame; a later listener takes the place of the former, and frames that come
   * before the first wait for it. A promise it returns holds the reading back until it settles. When it
   * throws or rejects, the channel is aborted with that error.
   */
  onFrame(listener: (frame: Frame) => void | Promise<void>): void;
  /**
   * What may come from now on; at first that is what the channel was opened or accepted with. Called from
   * within a frame listener it holds for the very next frame, however close that followed.
   */
  allow(limits: FrameLimits): void;
  /**
   * Drops whatever comes from now on, and what was half received, without keeping or checking it. For one who
   * has heard enough and still has a last word to say: the ends of both sides go as ever.
   */
  ignore(): void;
  /**
   * Called once: without an error after a clean end by either side, else with what broke it. After the
   * other side's end, a last `send` from within the listener still goes out.
   */
  onClose(listener: (error: AppError | undefined) => void): void;
  /**
   * Ends the own side after what was sent; resolves once that is handed over. Frames of the other side,
   * its last words, still arrive until it ends too or three seconds have passed.
   */
  close(): Promise<void>;
  /** Ends the channel at once; the other side sees a reset. */
  abort(error: AppError): void;
  /**
   * What breaks the rules from now on ends the channel and proves no fault: a third party told both sides
   * what the channel is for.
   */
  excuse(): void;
  /** Notes that the other side broke the rules, where it is to be told so in words instead of by a reset. */
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

/** Opens channels to peers and accepts theirs; channels to the own peer id stay inside the process. */
export interface ChannelOpener {
  readonly peer: string;
  /**
   * Where the peer is not connected, `addresses` are dialled and no others; absent: those that are known. The signal covers the opening alone;
   * end the channel itself by `close` or `abort`.
   * @throws AppError `peer-failed` when the peer cannot be reached before the signal or ten seconds.
   */
  openChannel(
    peer: string,
    protocol: ProtocolName,
    limits: FrameLimits,
    signal: AbortSignal,
    addresses?: readonly string[],
  ): Promise<Channel>;
  /** Accepts channels of the protocol; returns how to accept no more. Those that are open stay. */
  handle(protocol: ProtocolName, handler: ProtocolHandler): Promise<Unhandle>;
}
