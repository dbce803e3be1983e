/** A peer that speaks the stage protocol by hand, correctly or not, and records what it receives. */
import { vi } from 'vitest';
import type { Channel, ChannelOpener } from '../../../src-worker/node/mesh/channels/channel.ts';
import { stageKinds } from '../../../src-worker/node/sessions/protocol/message-table.ts';
import {
  channelSession,
  type FailedMessage,
  failedMessageSchema,
  type OpenMessage,
  stageProtocol,
} from '../../../src-worker/node/sessions/protocol/stage-messages.ts';
import type { Frame } from '../../../src-worker/wire/frame.ts';
import {
  decodeSegment,
  encodeSegment,
  type Segment,
  segmentFlags,
} from '../../../src-worker/wire/segment.ts';

/** Valid names: 128 bits in hexadecimal. */
export const sessionName = '1'.repeat(32);
export const ticket = '2'.repeat(32);
export const outputTicket = '3'.repeat(32);

const patienceMs = 5000;

export class StagePeer {
  readonly channel: Channel;
  readonly frames: Frame[] = [];
  isClosed = false;

  /** Opens a channel to a stage and sends nothing yet. */
  static async open(opener: ChannelOpener, peer: string): Promise<StagePeer> {
    const channel = await opener.openChannel(
      peer,
      stageProtocol,
      () => 64 * 1024 * 1024,
      AbortSignal.timeout(patienceMs),
    );
    return new StagePeer(channel);
  }

  /** Opens a session and waits until the stage reports that it is ready. */
  static async openSession(
    opener: ChannelOpener,
    peer: string,
    message: OpenMessage,
  ): Promise<StagePeer> {
    const control = await StagePeer.open(opener, peer);
    await control.say(stageKinds.open, message);
    await control.hear(stageKinds.opened);
    return control;
  }

  constructor(channel: Channel) {
    this.channel = channel;
    channel.onFrame((frame) => {
      this.frames.push(frame);
    });
    channel.onClose(() => {
      this.isClosed = true;
    });
  }

  async say(kind: number, message: unknown): Promise<void> {
    await this.channel.send(kind, Buffer.from(JSON.stringify(message)));
  }

  async sendSegment(kind: number, segment: Partial<Segment> = {}): Promise<void> {
    await this.channel.send(kind, ...encodeSegment(plainSegment(segment)));
  }

  /** The next frame of this kind that was not read yet; frames before it are dropped. */
  async hear(kind: number): Promise<Buffer> {
    const index = await vi.waitFor(
      () => {
        const found = this.frames.findIndex((frame) => frame.kind === kind);
        if (found === -1) {
          const failed = this.frames.find((frame) => frame.kind === stageKinds.failed);
          throw new Error(
            `No frame of kind ${kind} came; ${failed?.body.toString() ?? 'no failure'}`,
          );
        }
        return found;
      },
      { timeout: patienceMs, interval: 5 },
    );
    const [frame] = this.frames.splice(0, index + 1).slice(-1);
    return frame?.body ?? Buffer.alloc(0);
  }

  async hearFailure(): Promise<FailedMessage> {
    return failedMessageSchema.parse(JSON.parse((await this.hear(stageKinds.failed)).toString()));
  }

  /** The next sampled token with its position. */
  async hearToken(): Promise<{ token: number; position: number; isEnd: boolean }> {
    const body = await this.hear(stageKinds.sampled);
    const segment = decodeSegment(body, 4);
    return {
      token: Buffer.from(segment.values).readInt32LE(0),
      position: segment.position,
      isEnd: (segment.flags & segmentFlags.endOfGeneration) !== 0,
    };
  }

  async untilClosed(): Promise<void> {
    await vi.waitUntil(() => this.isClosed, { timeout: patienceMs, interval: 5 });
  }
}

/** An `open` for a shard with all of this many layers, changed as a test needs it. */
export function openMessage(
  manifestId: string,
  lastLayer: number,
  changes: Partial<OpenMessage> = {},
): OpenMessage {
  return {
    session: sessionName,
    manifestId,
    layers: { firstLayer: 0, lastLayer },
    inputTicket: null,
    output: null,
    sampling: {
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      presencePenalty: 0,
      frequencyPenalty: 0,
      seed: 0,
    },
    lastPosition: 100,
    cells: 100,
    sequenceTokens: 4,
    ...changes,
  };
}

/** Four prompt tokens from position 0, after which a token is requested, changed as a test needs it. */
function plainSegment(changes: Partial<Segment> = {}): Segment {
  return {
    session: channelSession,
    position: 0,
    count: 4,
    flags: segmentFlags.sample,
    computeMicros: 0,
    values: new Uint8Array(Int32Array.of(10, 11, 12, 13).buffer),
    detail: new Uint8Array(0),
    ...changes,
  };
}
