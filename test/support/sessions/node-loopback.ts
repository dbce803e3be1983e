/**
 * Several peers in one process. Their channels are the mesh's own local ones, so that sessions are tested with
 * everything but the network, and a peer can vanish at a chosen moment.
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
  /** Reports about peers that opened channels, and about broken channels. */
  readonly reports: { readonly code: ErrorCode; readonly peer: string }[] = [];
  readonly #handlers = new Map<string, ProtocolHandler>();
  readonly #gone = new Set<string>();
  /** Peers whose processes are stopped, and what waits for them. */
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

  /** Simulates a power failure of the peer's machine: all its channels break, and no peer can reach it. */
  vanish(name: string): void {
    this.#gone.add(name);
    for (const { channels } of this.#pairs.filter(({ peers }) => peers.includes(name))) {
      channels[0]?.abort(new AppError('peer-failed', 'The connection was lost'));
    }
  }

  /** Ends the power failure. */
  comeBack(name: string): void {
    this.#gone.delete(name);
  }

  /** Makes opening a channel to the peer wait until it thaws. */
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
    // A real dial takes time, in which other things happen.
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

/** Both ends of a local pair have the name of one peer. */
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
