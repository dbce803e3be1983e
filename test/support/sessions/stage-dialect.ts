/**
 * Peers of other versions of the stage protocol. Today's code does their work; a dialect turns every frame that they
 * send into that version's form, and checks every frame that they receive as that version would.
 */
import type { Channel, ChannelOpener } from '../../../src-worker/node/mesh/channels/channel.ts';
import type { Frame, FrameLimits } from '../../../src-worker/wire/frame.ts';

export interface Dialect {
  /** The frame as this version sends it to a peer, with further frames that it would send. */
  say(frame: Frame, to: string): readonly Frame[];
  /**
   * A frame for today's code, from what a peer sent. @throws AppError `protocol-violation` where this version would
   */
  hear(frame: Frame, from: string): Frame;
  /** The limits of this version, from today's. */
  limits(limits: FrameLimits): FrameLimits;
}

/** The mesh as a peer of this dialect sees it. */
export function speaking(opener: ChannelOpener, dialect: Dialect): ChannelOpener {
  return {
    peer: opener.peer,
    openChannel: async (peer, protocol, limits, signal, addresses) => {
      const own = dialect.limits(limits);
      return onChannel(await opener.openChannel(peer, protocol, own, signal, addresses), dialect);
    },
    handle: (protocol, handler) =>
      opener.handle(protocol, {
        ...handler,
        limits: dialect.limits(handler.limits),
        onChannel: (channel) => handler.onChannel(onChannel(channel, dialect)),
      }),
  };
}

function onChannel(channel: Channel, dialect: Dialect): Channel {
  return {
    peer: channel.peer,
    send: async (kind, ...parts) => {
      for (const said of dialect.say({ kind, body: Buffer.concat(parts) }, channel.peer)) {
        await channel.send(said.kind, said.body);
      }
    },
    onFrame: (listener) => channel.onFrame((frame) => listener(dialect.hear(frame, channel.peer))),
    allow: (limits) => channel.allow(dialect.limits(limits)),
    ignore: () => channel.ignore(),
    excuse: () => channel.excuse(),
    onClose: (listener) => channel.onClose(listener),
    close: () => channel.close(),
    abort: (error) => channel.abort(error),
    blame: (error) => channel.blame(error),
  };
}

/** The members of a JSON body. */
export function membersOf({ body }: Frame): Record<string, unknown> {
  return { ...JSON.parse(body.toString()) };
}

/** A frame with JSON in it. */
export function withMembers(kind: number, members: object): Frame {
  return { kind, body: Buffer.from(JSON.stringify(members)) };
}

/** The flags of a segment, as they are in its body. */
export const flagsAt = 12;
