/** The data channels between stages: which peers may attach, and what may come through. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  hidden,
  openOfTwo,
  StageTarget,
} from '../../../../test/support/sessions/node-stage-target.ts';
import {
  outputTicket,
  sessionName,
  ticket,
} from '../../../../test/support/sessions/node-stage-peer.ts';
import type { Segment } from '../../../wire/segment.ts';
import { stageKinds } from '../protocol/message-table.ts';
import { attachWithinMs, channelSession } from '../protocol/stage-messages.ts';

let target: StageTarget;
beforeEach(async () => {
  target = await StageTarget.start();
});
afterEach(() => {
  target.stop();
});

describe('a data channel', () => {
  it('carries segments in, and the outputs are sent to the next stage', async () => {
    const control = await target.open(openOfTwo('last'));
    const input = await target.attach();
    expect(
      JSON.parse((await target.arrived[0]?.hear(stageKinds.attach))?.toString() ?? ''),
    ).toEqual({
      session: sessionName,
      ticket: outputTicket,
    });
    await input.sendSegment(stageKinds.hidden, { values: hidden(4) });
    const token = await control.hearToken();
    expect(token.position).toBe(4);
    expect(await target.arrived[0]?.hearToken()).toEqual(token);
  });

  it('may come before its session, for which it waits', async () => {
    const input = await target.attach();
    const control = await target.open(openOfTwo('last'));
    await input.sendSegment(stageKinds.hidden, { values: hidden(4) });
    expect(await control.hearToken()).toMatchObject({ position: 4 });
  });

  it.each([
    ['a wrong ticket', '4'.repeat(32), sessionName],
    ['a wrong session', ticket, '4'.repeat(32)],
  ])('with %s is refused without harm to the session', async (_title, wrongTicket, name) => {
    const control = await target.open(openOfTwo('last'));
    await target.attach();
    const intruder = await target.attach(wrongTicket, name);
    target.mesh.now += attachWithinMs + 1;
    await control.channel.send(stageKinds.alive);
    await control.hear(stageKinds.alive);
    target.node.service.sweep();
    expect(await intruder.hearFailure()).toMatchObject({ code: 'timed-out' });
    expect(control.isClosed).toBe(false);
    expect(target.node.service.sessionCount).toBe(1);
  });

  it('that sends a segment before its session is there is reset', async () => {
    const intruder = await target.attach('4'.repeat(32));
    await Promise.allSettled([intruder.sendSegment(stageKinds.hidden, { values: hidden(4) })]);
    await intruder.untilClosed();
    expect(intruder.frames).toEqual([]);
  });

  it('that sends `failed` before its session is there is closed', async () => {
    const input = await target.attach();
    await input.say(stageKinds.failed, { code: 'engine-died', message: 'It died' });
    expect(await input.hearFailure()).toMatchObject({ peer: 'a' });
    await input.untilClosed();
  });

  it('is refused without harm to the session when there is one already', async () => {
    const control = await target.open(openOfTwo('last'));
    const input = await target.attach();
    const second = await target.attach();
    expect(await second.hearFailure()).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining('attached already'),
    });
    await input.sendSegment(stageKinds.hidden, { values: hidden(4) });
    expect(await control.hearToken()).toMatchObject({ position: 4 });
  });

  it('that never comes ends the session', async () => {
    const control = await target.open(openOfTwo('last'));
    target.mesh.now += attachWithinMs + 1;
    target.node.service.sweep();
    expect(await control.hearFailure()).toMatchObject({
      code: 'timed-out',
      message: expect.stringContaining('attach'),
    });
    await target.untilNoSession();
  });

  it.each<['first' | 'last', string, number, Partial<Segment>]>([
    [
      'last',
      'hidden states of another width',
      stageKinds.hidden,
      { values: new Uint8Array(4 * 4 * 3) },
    ],
    ['last', 'a gap', stageKinds.hidden, { position: 1, values: hidden(4) }],
    [
      'first',
      'a sampled token for which no segment was sent',
      stageKinds.sampled,
      { position: 7, count: 1, flags: 0, values: new Uint8Array(4) },
    ],
    [
      'first',
      'two sampled tokens at once',
      stageKinds.sampled,
      { count: 2, flags: 0, values: new Uint8Array(8) },
    ],
    [
      'first',
      'a sampled token of another session',
      stageKinds.sampled,
      { session: channelSession + 1, count: 1, flags: 0, values: new Uint8Array(4) },
    ],
  ])('into the %s stage with %s ends the session', async (which, _title, kind, segment) => {
    const control = await target.open(openOfTwo(which));
    const input = await target.attach();
    await input.sendSegment(kind, segment);
    const failure = await control.hearFailure();
    expect(failure.code).toBe('protocol-violation');
    // The neighbours on both sides get the same failure.
    expect(await input.hearFailure()).toEqual(failure);
    expect(await target.arrived[0]?.hearFailure()).toEqual(failure);
    await target.untilNoSession();
  });

  it.each<['first' | 'last', string, number, Partial<Segment>]>([
    ['last', 'tokens', stageKinds.tokens, {}],
    ['last', 'a sampled token', stageKinds.sampled, { count: 1, values: new Uint8Array(4) }],
    ['last', 'more than the longest piece', stageKinds.hidden, { values: hidden(513) }],
    ['first', 'hidden states', stageKinds.hidden, { values: hidden(4) }],
  ])(
    'of the %s stage is reset for %s, and both of its ends are told which peer it was',
    async (...each) => {
      const [which, _title, kind, segment] = each;
      const control = await target.open(openOfTwo(which));
      const input = await target.attach();
      await target.arrived[0]?.hear(stageKinds.attach);
      await Promise.allSettled([input.sendSegment(kind, segment)]);
      const failure = await control.hearFailure();
      expect(failure).toMatchObject({ code: 'protocol-violation', peer: 'me' });
      expect(await target.arrived[0]?.hearFailure()).toEqual(failure);
      await input.untilClosed();
      await target.untilNoSession();
    },
  );

  it.each(['input', 'output'])(
    'that is lost is told to the coordinator at once: %s',
    async (which) => {
      const control = await target.open(openOfTwo('last'));
      const input = await target.attach();
      await target.arrived[0]?.hear(stageKinds.attach);
      await (which === 'input' ? input : target.arrived[0])?.channel.close();
      expect(await control.hearFailure()).toMatchObject({ code: 'peer-failed', peer: 'me' });
      await target.untilNoSession();
    },
  );

  it('passes a neighbour’s failure on, with its name', async () => {
    const control = await target.open(openOfTwo('last'));
    const input = await target.attach();
    await target.arrived[0]?.hear(stageKinds.attach);
    await target.arrived[0]?.say(stageKinds.failed, {
      code: 'engine-died',
      message: 'It died',
      peer: 'c',
    });
    const expected = { code: 'engine-died', message: 'It died', peer: 'c' };
    expect(await control.hearFailure()).toEqual(expected);
    expect(await input.hearFailure()).toEqual(expected);
  });
});
