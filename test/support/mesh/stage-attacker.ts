/** A stranger on the network: a real libp2p peer that sends what it likes in the stage protocol to a real node. */
import type { Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { vi } from 'vitest';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import { stageKinds } from '../../../src-worker/node/sessions/protocol/message-table.ts';
import {
  type OpenMessage,
  stageProtocol,
} from '../../../src-worker/node/sessions/protocol/stage-messages.ts';
import { type ChannelPeer, startChannelPeer } from './mesh-peers.ts';
import {
  openMessage,
  outputTicket,
  sessionName,
  StagePeer,
  ticket,
} from '../sessions/node-stage-peer.ts';
import { smallModel } from '../engine/random-model.ts';

const patienceMs = 5000;

export class StageAttacker {
  readonly #peer: ChannelPeer;
  readonly #victim: NodeStatus;
  /** Channels that were opened to this peer as the next stage of a session. */
  readonly arrived: StagePeer[] = [];

  /** Connects to a node that hosts the first and the second half of the small model; it is stopped after the test. */
  static async start(victim: NodeStatus): Promise<StageAttacker> {
    const attacker = new StageAttacker(await startChannelPeer(), victim);
    await attacker.#peer.channels.handle(stageProtocol, {
      limits: () => 16 * 1024 * 1024,
      maxInboundChannels: 8,
      onChannel: (channel) => attacker.arrived.push(new StagePeer(channel)),
    });
    await attacker.#peer.libp2p.dial(victim.addresses.map((address) => multiaddr(address)));
    return attacker;
  }

  private constructor(peer: ChannelPeer, victim: NodeStatus) {
    this.#peer = peer;
    this.#victim = victim;
  }

  get peer(): string {
    return this.#peer.channels.peer;
  }

  /** A bare stream of the stage protocol, for bytes that are no frames. */
  stream(): Promise<Stream> {
    return this.#peer.libp2p.dialProtocol(
      this.#victim.addresses.map((address) => multiaddr(address)),
      stageProtocol,
      { maxOutboundStreams: 256, signal: AbortSignal.timeout(patienceMs) },
    );
  }

  /** A channel on which nothing has been sent yet. */
  channel(): Promise<StagePeer> {
    return StagePeer.open(this.#peer.channels, this.#victim.peer);
  }

  /** Opens a session and returns its control channel. */
  open(message: OpenMessage): Promise<StagePeer> {
    return StagePeer.openSession(this.#peer.channels, this.#victim.peer, message);
  }

  /** A data channel on which a ticket has been sent. */
  async attach(shown = ticket, session = sessionName): Promise<StagePeer> {
    const channel = await this.channel();
    await channel.say(stageKinds.attach, { session, ticket: shown });
    return channel;
  }

  /** An `open` for one half of the model, with this peer as the neighbour on either side. */
  openHalf(which: 'first' | 'last', changes: Partial<OpenMessage> = {}): OpenMessage {
    const [manifestId = ''] = this.#victim.shards.map((shard) => shard.manifestId);
    const { channels } = this.#peer;
    const last = smallModel.layers - 1;
    const cut = smallModel.layers / 2;
    const plain = openMessage(manifestId, last);
    return {
      ...plain,
      layers:
        which === 'first'
          ? { firstLayer: 0, lastLayer: cut - 1 }
          : { firstLayer: cut, lastLayer: last },
      inputTicket: ticket,
      output: { peer: channels.peer, ticket: outputTicket },
      sampling: which === 'first' ? null : plain.sampling,
      ...changes,
    };
  }

  /** Disconnects without a message. */
  vanish(): void {
    for (const connection of this.#peer.libp2p.getConnections()) {
      connection.abort(new Error('The cable was pulled'));
    }
  }
}

/** How a stream ended, once it has: 'reset' when the other side cut it off. */
export async function endOf(stream: Stream): Promise<Stream['status']> {
  const isOver = (): boolean => ['closed', 'reset', 'aborted'].includes(stream.status);
  await vi.waitUntil(isOver, { timeout: patienceMs, interval: 5 });
  return stream.status;
}
