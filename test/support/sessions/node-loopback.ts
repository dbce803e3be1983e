/**
 * Several peers in one process: channels between them are the mesh's own local ones, so sessions are tested
 * with everything but the network, and a peer can vanish at a chosen moment.
 */
import { AppError, type ErrorCode } from '../../../src-shared/errors.ts';
import type { FrameLimits } from '../../../src-worker/wire/frame.ts';
import type {
  Channel,
  ChannelOpener,
  ProtocolHandler,
  ProtocolName,
} from '../../../src-worker/node/mesh/channels/channel.ts';
import { localChannelPair } from '../../../src-worker/node/mesh/channels/local-channel.ts';

export class Loopback {
  /** What channels were told of those who opened them, and what broke. */
  readonly reports: { readonly code: ErrorCode; readonly peer: string }[] = [];
  readonly #handlers = new Map<string, ProtocolHandler>();
  readonly #gone = new Set<string>();
  /** Peers whose processes stand still, and who waits for them. */
  readonly #frozen = new Map<string, PromiseWithResolvers<void>>();
  #pairs: { readonly peers: readonly string[]; readonly channels: readonly Channel[] }[] = [];

  /** The mesh as one peer sees it. */
  peer(name: string): ChannelOpener {
    return {
      peer: name,
      openChannel: (peer, protocol, limits) => this.#open(name, peer, protocol, limits),
      handle: (protocol, handler) => {
        const key = `${name} ${protocol}`;
        this.#handlers.set(key, handler);
        return Promise.resolve(async () => void this.#handlers.delete(key));
      },
    };
  }

  /** The peer's machine loses its power: every channel breaks, and no peer can reach it. */
  vanish(name: string): void {
    this.#gone.add(name);
    for (const { channels } of this.#pairs.filter(({ peers }) => peers.includes(name))) {
      channels[0]?.abort(new AppError('peer-failed', 'The connection was lost'));
    }
  }

  /** The machine has power again. */
  comeBack(name: string): void {
    this.#gone.delete(name);
  }

  /** Opening a channel to the peer waits until it thaws. */
  freeze(name: string): void {
    this.#frozen.set(name, Promise.withResolvers());
  }

  thaw(name: string): void {
    this.#frozen.get(name)?.resolve();
    this.#frozen.delete(name);
  }

  /** Breaks the channels between two peers. */
  cut(one: string, other: string): void {
    for (const { channels } of this.#pairs.filter(
      ({ peers }) => peers.includes(one) && peers.includes(other),
    )) {
      channels[0]?.abort(new AppError('peer-failed', 'The connection was lost'));
    }
  }

  async #open(
    from: string,
    to: string,
    protocol: ProtocolName,
    limits: FrameLimits,
  ): Promise<Channel> {
    // A real dial takes its time; what happens meanwhile must be handled.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    await this.#frozen.get(to)?.promise;
    const handler = this.#handlers.get(`${to} ${protocol}`);
    if (handler === undefined || this.#gone.has(to) || this.#gone.has(from)) {
      throw new AppError('peer-failed', `Peer ${to} cannot be reached`);
    }
    const [near, far] = localChannelPair(from, [limits, handler.limits], (error, peer) =>
      this.reports.push({ code: error.code, peer }),
    );
    this.#pairs = [...this.#pairs, { peers: [from, to], channels: [near, far] }];
    handler.onChannel(far);
    return renamed(near, to);
  }
}

/** Both ends of a local pair have one peer's name. */
function renamed(channel: Channel, peer: string): Channel {
  return {
    peer,
    send: (kind, ...parts) => channel.send(kind, ...parts),
    onFrame: (listener) => channel.onFrame(listener),
    allow: (limits) => channel.allow(limits),
    ignore: () => channel.ignore(),
    excuse: () => channel.excuse(),
    onClose: (listener) => channel.onClose(listener),
    close: () => channel.close(),
    abort: (error) => channel.abort(error),
    blame: (error) => channel.blame(error),
  };
}
