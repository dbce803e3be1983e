/** How a stage takes the first frame of a channel, and an `open` that it cannot serve. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  openOfTwo,
  openWhole,
  StageTarget,
} from '../../../../test/support/sessions/node-stage-target.ts';
import {
  sessionName,
  StagePeer,
  ticket,
} from '../../../../test/support/sessions/node-stage-peer.ts';
import { stageKinds } from '../protocol/message-table.ts';
import { attachWithinMs, type OpenMessage } from '../protocol/stage-messages.ts';

let target: StageTarget;
beforeEach(async () => {
  target = await StageTarget.start();
});
afterEach(() => {
  target.stop();
});

/** `each` channels from each of these peers, on which no frame was sent yet. */
async function strangers(names: readonly string[], each: number): Promise<StagePeer[]> {
  const peers = names.flatMap((name) => Array.from({ length: each }, () => name));
  return Promise.all(
    peers.map((name) => StagePeer.open(target.mesh.loopback.peer(name), target.node.name)),
  );
}

function ends(channels: readonly StagePeer[]): boolean[] {
  return channels.map(({ isClosed }) => isClosed);
}

describe('a first frame', () => {
  it.each([
    ['an open that lacks everything', stageKinds.open, {}, 'A request for a session is not valid'],
    [
      'an open that is not an object',
      stageKinds.open,
      [[[]]],
      'A request for a session is not valid',
    ],
    [
      'an open with an invalid session name',
      stageKinds.open,
      { ...openWhole(), session: '../../etc/passwd' },
      'session',
    ],
    [
      'an open with a range that goes backward',
      stageKinds.open,
      { ...openWhole(), layers: { firstLayer: 5, lastLayer: 0 } },
      'firstLayer must not exceed lastLayer',
    ],
    [
      'an open with an absurd temperature',
      stageKinds.open,
      { ...openWhole(), sampling: { temperature: 1e308 } },
      'sampling.temperature',
    ],
    ['an attach without a ticket', stageKinds.attach, { session: sessionName }, 'ticket'],
    ['a failure of no session', stageKinds.failed, {}, 'before its session'],
  ])('that is %s is refused with the reason', async (_title, kind, message, reason) => {
    const channel = await target.channel();
    await channel.say(kind, message);
    expect(await channel.hearFailure()).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining(reason),
      peer: 'a',
    });
    await channel.untilClosed();
    await target.untilNoSession();
    expect(target.mesh.loopback.reports).toContainEqual({
      code: 'protocol-violation',
      peer: target.me.peer,
    });
  });

  it.each([
    ['a segment before any session', stageKinds.tokens],
    ['`opened` from the wrong side', stageKinds.opened],
  ])('that is %s resets the channel', async (_title, kind) => {
    const channel = await target.channel();
    await Promise.allSettled([channel.say(kind, {})]);
    await channel.untilClosed();
    expect(channel.frames).toEqual([]);
  });

  it('that is not JSON is refused', async () => {
    const channel = await target.channel();
    await channel.channel.send(stageKinds.open, Buffer.from([0xff, 0x00, 0x7b]));
    expect(await channel.hearFailure()).toMatchObject({
      message: 'A request for a session is not JSON',
    });
  });

  it('that does not come in time ends the channel', async () => {
    const channel = await target.channel();
    target.mesh.now += attachWithinMs + 1;
    target.node.service.sweep();
    expect(await channel.hearFailure()).toMatchObject({ code: 'timed-out' });
    await channel.untilClosed();
  });
});

describe('channels without a session', () => {
  it('are at most 16 of one peer; the oldest is closed for a new one', async () => {
    const [oldest, ...others] = await strangers(['x'], 17);
    await oldest?.untilClosed();
    expect(ends(others)).not.toContain(true);
  });

  it('are at most 48 of all peers; the oldest is closed, so that an honest one still comes in', async () => {
    const all = await strangers(['x', 'y', 'z'], 16);
    await target.open(openWhole());
    expect(ends(all)).toEqual(all.map((_, index) => index === 0));
  });

  it('do not count once they have a session', async () => {
    const [first, ...others] = await strangers(['me'], 16);
    await first?.say(stageKinds.open, openWhole());
    await first?.hear(stageKinds.opened);
    await target.channel();
    expect(ends(others)).not.toContain(true);
  });
});

describe('an open', () => {
  it.each<[string, Partial<OpenMessage>, string, string]>([
    ['another model', { manifestId: '0'.repeat(64) }, 'no-route', 'does not host'],
    [
      'layers that are not one shard here',
      { layers: { firstLayer: 0, lastLayer: 4 } },
      'no-route',
      'layers 0 to 4',
    ],
    ['a whole model and an input', { inputTicket: ticket }, 'protocol-violation', 'input ticket'],
    [
      'a whole model and an output',
      { output: { peer: 'me', ticket } },
      'protocol-violation',
      'an output',
    ],
    ['a whole model that does not sample', { sampling: null }, 'protocol-violation', 'samples'],
    ['a prompt longer than the session', { sequenceTokens: 101 }, 'protocol-violation', 'must fit'],
    ['decoding behind the end', { lastPosition: 101 }, 'protocol-violation', 'must fit'],
    [
      'a first stage without an output',
      { ...openOfTwo('first'), output: null },
      'protocol-violation',
      'an output',
    ],
    [
      'a first stage that samples',
      { ...openOfTwo('first'), sampling: openWhole().sampling },
      'protocol-violation',
      'samples',
    ],
    [
      'a next stage that cannot be reached',
      { ...openOfTwo('first'), output: { peer: 'nobody', ticket } },
      'peer-failed',
      'Its connection to the next stage could not be made',
    ],
  ])('for %s is refused with the reason', async (_title, changes, code, reason) => {
    const control = await target.tryOpen(openWhole(changes));
    expect(await control.hearFailure()).toMatchObject({
      code,
      message: expect.stringContaining(reason),
    });
    await control.untilClosed();
    await target.untilNoSession();
  });

  it('beyond capacity is refused, and the others go on', async () => {
    const others = await Promise.all(
      ['5', '6', '7', '8'].map((digit) => target.open(openWhole({ session: digit.repeat(32) }))),
    );
    const control = await target.tryOpen(openWhole());
    expect(await control.hearFailure()).toMatchObject({ code: 'over-capacity' });
    expect(target.node.service.sessionCount).toBe(4);
    await others[0]?.sendSegment(stageKinds.tokens);
    expect(await others[0]?.hearToken()).toMatchObject({ position: 4 });
  });

  it('with the name and ticket of another session is refused, and the other goes on', async () => {
    const first = await target.open(openOfTwo('last'));
    const second = await target.tryOpen(openOfTwo('last'));
    expect(await second.hearFailure()).toMatchObject({ code: 'protocol-violation' });
    expect(first.isClosed).toBe(false);
    expect(target.node.service.sessionCount).toBe(1);
  });

  it('that was refused may be corrected under the same name and ticket', async () => {
    const refused = await target.tryOpen(openOfTwo('last', { output: null }));
    expect(await refused.hearFailure()).toMatchObject({ code: 'protocol-violation' });
    await target.open(openOfTwo('last'));
    expect(target.node.service.sessionCount).toBe(1);
  });

  it('that was refused leaves no data channel open', async () => {
    const input = await target.attach();
    const refused = await target.tryOpen(openOfTwo('last', { output: null }));
    await refused.hearFailure();
    target.mesh.now += attachWithinMs + 1;
    target.node.service.sweep();
    expect(await input.hearFailure()).toMatchObject({ code: 'timed-out' });
    await input.untilClosed();
  });

  it('that the coordinator gives up while it opens leaves nothing behind', async () => {
    const control = await target.tryOpen(openOfTwo('first'));
    await control.channel.close();
    await target.untilNoSession();
    await control.untilClosed();
    await vi.waitFor(() => expect(target.arrived.every((channel) => channel.isClosed)).toBe(true));
  });
});
