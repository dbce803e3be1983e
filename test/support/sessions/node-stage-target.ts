/** A fake node whose stages a test drives by hand from one peer, which is also the neighbour on either side. */
import { vi } from 'vitest';
import type { ChannelOpener } from '../../../src-worker/node/mesh/channels/channel.ts';
import { stageKinds } from '../../../src-worker/node/sessions/protocol/message-table.ts';
import {
  type OpenMessage,
  stageProtocol,
} from '../../../src-worker/node/sessions/protocol/stage-messages.ts';
import { someKey } from '../pools/pool-keys.ts';
import { FakeMesh, fakeModel, type FakeNode } from './node-fake-mesh.ts';
import { fakeManifestId, fakeWidth } from './node-fake-shard.ts';
import { openMessage, outputTicket, sessionName, StagePeer, ticket } from './node-stage-peer.ts';

const target = 'a';

export class StageTarget {
  readonly mesh: FakeMesh;
  readonly node: FakeNode;
  readonly me: ChannelOpener;
  /** Channels that were opened to this peer as the next stage of a session. */
  readonly arrived: StagePeer[] = [];

  /** A node that hosts the model whole, in two halves and in the middle. */
  static async start(): Promise<StageTarget> {
    const mesh = new FakeMesh();
    mesh.keys.set(target, (await someKey()).privateKey);
    const node = await mesh.add(target, [0, 5], [0, 2], [3, 5], [2, 3]);
    const stages = new StageTarget(mesh, node);
    await stages.me.handle(stageProtocol, {
      limits: () => 1024 * 1024,
      maxInboundChannels: 8,
      onChannel: (channel) => stages.arrived.push(new StagePeer(channel)),
    });
    return stages;
  }

  private constructor(mesh: FakeMesh, node: FakeNode) {
    this.mesh = mesh;
    this.node = node;
    this.me = mesh.loopback.peer('me');
  }

  /** A channel to the node on which nothing has been sent yet. */
  channel(): Promise<StagePeer> {
    return StagePeer.open(this.me, target);
  }

  /** A channel on which an `open` was sent; whether it was accepted is not known yet. */
  async tryOpen(message: OpenMessage): Promise<StagePeer> {
    const control = await this.channel();
    await control.say(stageKinds.open, message);
    return control;
  }

  /** Opens a session and returns its control channel. */
  open(message: OpenMessage): Promise<StagePeer> {
    return StagePeer.openSession(this.me, target, message);
  }

  /** A data channel on which a ticket has been sent. */
  async attach(shown = ticket, session = sessionName): Promise<StagePeer> {
    const channel = await this.channel();
    await channel.say(stageKinds.attach, { session, ticket: shown });
    return channel;
  }

  /** Waits until the node and its engines have nothing left of any session. */
  async untilNoSession(): Promise<void> {
    const { service, shards } = this.node;
    await vi.waitUntil(
      () =>
        service.sessionCount === 0 && shards.every(({ openSessions }) => openSessions.length === 0),
    );
  }

  stop(): void {
    void this.node.service.stop();
  }
}

/** An `open` for the whole model. */
export function openWhole(changes: Partial<OpenMessage> = {}): OpenMessage {
  return openMessage(fakeManifestId, fakeModel.layers - 1, changes);
}

/** An `open` for the first or the last of two stages, whose neighbour is the opening peer. */
export function openOfTwo(
  which: 'first' | 'last',
  changes: Partial<OpenMessage> = {},
): OpenMessage {
  return openWhole({
    layers: which === 'first' ? { firstLayer: 0, lastLayer: 2 } : { firstLayer: 3, lastLayer: 5 },
    inputTicket: ticket,
    output: { peer: 'me', ticket: outputTicket },
    ...(which === 'first' ? { sampling: null } : {}),
    ...changes,
  });
}

/** Hidden states of zeros for so many tokens. */
export function hidden(count: number): Uint8Array {
  return new Uint8Array(count * fakeWidth * 4);
}
