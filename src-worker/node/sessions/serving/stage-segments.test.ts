/** A session on one stage: valid and invalid segments from its coordinator, and how the session ends. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openStageAccount } from '../../../../src-shared/receipt/stage-account.ts';
import {
  openOfTwo,
  openWhole,
  StageTarget,
} from '../../../../test/support/sessions/node-stage-target.ts';
import { type Segment, segmentFlags } from '../../../wire/segment.ts';
import { encodeTokens } from '../protocol/body-codecs.ts';
import { stageKinds } from '../protocol/message-table.ts';
import { silenceLimitMs } from '../protocol/stage-messages.ts';

let target: StageTarget;
beforeEach(async () => {
  target = await StageTarget.start();
});
afterEach(() => {
  target.stop();
});

describe('a session', () => {
  it('sends its account as its last message', async () => {
    const control = await target.open(openWhole({ lastPosition: 6 }));
    await control.sendSegment(stageKinds.tokens);
    const positions = [
      await control.hearToken(),
      await control.hearToken(),
      await control.hearToken(),
    ];
    expect(positions.map(({ position }) => position)).toEqual([4, 5, 6]);
    void control.channel.close();
    expect(JSON.parse((await control.hear(stageKinds.closed)).toString())).toMatchObject({
      tokens: 6,
      computeMs: 0.25,
    });
    await target.untilNoSession();
    expect(target.node.served).toMatchObject([
      { kind: 'served', requester: 'me', tokens: 6, layers: { firstLayer: 0, lastLayer: 5 } },
    ]);
  });

  it('signs for all positions that it computed, also for tokens that its engine fed back by itself', async () => {
    const control = await target.open(openWhole({ lastPosition: 6 }));
    await control.sendSegment(stageKinds.tokens);
    for (const position of [4, 5, 6]) {
      expect(await control.hearToken()).toMatchObject({ position });
    }
    void control.channel.close();
    const closed: unknown = JSON.parse((await control.hear(stageKinds.closed)).toString());
    const { signed } = z.object({ signed: z.string() }).parse(closed);
    expect(openStageAccount(signed).value).toMatchObject({
      fromPosition: 0,
      toPosition: 6,
      tokens: 6,
    });
    await target.untilNoSession();
  });

  it.each([
    ['feeds itself to the end', Number.POSITIVE_INFINITY],
    ['feeds itself as far as its cells reach', 5],
    ['is fed by its stage', 0],
  ])(
    'leaves what it generated in the cache too, where its engine %s',
    async (_title, sureCells) => {
      const [shard] = target.node.shards;
      Object.assign(shard ?? {}, { sureCells });
      const control = await target.open(openWhole({ lastPosition: 8 }));
      await control.sendSegment(stageKinds.tokens);
      for (const position of [4, 5, 6, 7, 8]) {
        expect(await control.hearToken()).toMatchObject({ position });
      }
      await control.channel.send(stageKinds.retain, encodeTokens([7]));
      void control.channel.close();
      await target.untilNoSession();
      expect([...(shard?.retained.values() ?? [])]).toEqual([7]);
    },
  );

  it.each<[string, number, Partial<Segment>, string, string]>([
    [
      'a position that leaves a gap',
      stageKinds.tokens,
      { position: 5 },
      'protocol-violation',
      'position 5',
    ],
    [
      'a position near the end of 32 bits',
      stageKinds.tokens,
      { position: 0xffff_fff0 },
      'protocol-violation',
      'position 4294967280',
    ],
    [
      'another session’s number',
      stageKinds.tokens,
      { session: 2 },
      'protocol-violation',
      'session 2',
    ],
    [
      'a count that its bytes belie',
      stageKinds.tokens,
      { count: 3 },
      'protocol-violation',
      'claims 3',
    ],
    [
      'a count of nothing',
      stageKinds.tokens,
      { count: 0, values: new Uint8Array(0) },
      'protocol-violation',
      'claims 0',
    ],
    [
      'an absurd count',
      stageKinds.tokens,
      { count: 0xffff_ffff },
      'protocol-violation',
      'claims 4294967295',
    ],
    [
      'a flag that only results have',
      stageKinds.tokens,
      { flags: 2 },
      'protocol-violation',
      'flags that only results have',
    ],
    [
      'a detail that only results have',
      stageKinds.tokens,
      { detail: Buffer.from('{}') },
      'protocol-violation',
      'a detail',
    ],
    [
      'more tokens than it was opened for',
      stageKinds.tokens,
      { count: 101, values: new Uint8Array(404) },
      'context-too-long',
      '100 tokens',
    ],
  ])('is ended by %s, alone', async (_title, kind, segment, code, reason) => {
    const other = await target.open(openWhole({ session: '9'.repeat(32) }));
    const control = await target.open(openWhole());
    await control.sendSegment(kind, segment);
    expect(await control.hearFailure()).toMatchObject({
      code,
      message: expect.stringContaining(reason),
      peer: 'a',
    });
    await control.untilClosed();
    await other.sendSegment(stageKinds.tokens);
    expect(await other.hearToken()).toMatchObject({ position: 4 });
    expect(target.node.service.sessionCount).toBe(1);
  });

  it.each([
    ['hidden states', stageKinds.hidden, 4],
    ['a sampled token', stageKinds.sampled, 4],
    ['a second open', stageKinds.open, 4],
    ['more than the longest piece of a prompt', stageKinds.tokens, 4 * 513],
  ])('is ended with its channel by %s from the coordinator', async (_title, kind, bytes) => {
    const control = await target.open(openWhole());
    await Promise.allSettled([control.sendSegment(kind, { values: new Uint8Array(bytes) })]);
    await control.untilClosed();
    expect(control.frames).toEqual([]);
    await target.untilNoSession();
  });

  it('is ended by a segment that comes before it is open', async () => {
    const control = await target.tryOpen(openOfTwo('first'));
    await control.sendSegment(stageKinds.tokens);
    expect(await control.hearFailure()).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining('before the session was open'),
    });
    expect(target.mesh.loopback.reports).toEqual([
      { code: 'protocol-violation', peer: target.me.peer },
    ]);
    await target.untilNoSession();
  });

  it('blames no neighbour for what a coordinator has told it wrongly', async () => {
    const control = await target.open(openOfTwo('first'));
    const before = await target.attach();
    // The coordinator told the neighbour that this is a stage in the middle.
    await before.sendSegment(stageKinds.hidden, { values: new Uint8Array(32 * 4) }).catch(() => {});
    expect(await control.hearFailure()).toMatchObject({ code: 'protocol-violation' });
    await target.untilNoSession();
    expect(
      target.mesh.loopback.reports.filter(({ code }) => code === 'protocol-violation'),
    ).toEqual([]);
  });

  it('is ended when more comes than it is long before any of it is computed', async () => {
    const control = await target.open(openWhole());
    for (const shard of target.node.shards) {
      shard.isRunning = false;
    }
    for (let piece = 0; piece < 26; piece += 1) {
      await control.sendSegment(stageKinds.tokens, { flags: 0 });
    }
    expect(await control.hearFailure()).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining('More than 100 tokens'),
    });
    await target.untilNoSession();
  });

  it('takes a history once, confirms it, and passes it to its engine', async () => {
    const control = await target.open(openWhole());
    await control.channel.send(stageKinds.restoreHistory, encodeTokens([7, 8]));
    await control.hear(stageKinds.restoreHistory);
    expect(target.node.shards[0]?.sessions[0]?.learnt).toEqual([7, 8]);
    await control.channel.send(stageKinds.restoreHistory, encodeTokens([7, 8, 9]));
    expect(await control.hearFailure()).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining('a second time'),
    });
    await target.untilNoSession();
  });

  it.each([
    [
      'gets a history where it does not sample',
      openOfTwo('first'),
      [0, 0, 0, 0],
      'does not sample',
    ],
    ['gets a history with half a token', openWhole(), [0, 0, 0, 0, 0], 'else than tokens'],
    ['gets a history with a token below zero', openWhole(), [0, 0, 0, 128], 'else than tokens'],
  ])('ends when it %s', async (_title, open, bytes, reason) => {
    const control = await target.tryOpen(open);
    if (open.inputTicket !== null) {
      await target.attach();
    }
    await control.hear(stageKinds.opened);
    await control.channel.send(stageKinds.restoreHistory, Uint8Array.from(bytes));
    expect(await control.hearFailure()).toMatchObject({
      code: 'protocol-violation',
      message: expect.stringContaining(reason),
    });
    await target.untilNoSession();
  });

  it('ignores a flag that only a later version knows, and does not pass it on', async () => {
    const control = await target.open(openOfTwo('first'));
    await target.attach();
    await control.sendSegment(stageKinds.tokens, { flags: 0x4000_0010 | segmentFlags.sample });
    const [next] = target.arrived;
    const pieces = [await next?.hear(stageKinds.hidden), await next?.hear(stageKinds.hidden)];
    expect(pieces.map((body) => body?.readUInt32LE(12))).toEqual([0, segmentFlags.sample]);
    expect(target.mesh.loopback.reports).toEqual([]);
  });

  it('announces that it leaves once it is open, and not before', async () => {
    target.mesh.loopback.freeze('me');
    const control = await target.tryOpen(openOfTwo('first'));
    await vi.waitUntil(() => target.node.service.sessionCount === 1);
    target.node.service.drain();
    target.mesh.loopback.thaw('me');
    await vi.waitUntil(() => control.frames.length === 2);
    expect(control.frames.map(({ kind }) => kind)).toEqual([
      stageKinds.opened,
      stageKinds.draining,
    ]);
  });

  it('may go back to an earlier position', async () => {
    const control = await target.open(openWhole({ lastPosition: 4 }));
    await control.sendSegment(stageKinds.tokens);
    const first = await control.hearToken();
    await control.sendSegment(stageKinds.tokens, {
      position: 2,
      count: 2,
      values: new Uint8Array(8),
    });
    expect(await control.hearToken()).toMatchObject({ position: first.position });
  });

  it('ends when its coordinator is silent, and not while heartbeats come', async () => {
    const control = await target.open(openWhole());
    for (let beat = 0; beat < 4; beat += 1) {
      target.mesh.now += silenceLimitMs - 1;
      await control.channel.send(stageKinds.alive);
      await control.hear(stageKinds.alive);
      target.node.service.sweep();
    }
    target.mesh.now += silenceLimitMs + 1;
    target.node.service.sweep();
    expect(await control.hearFailure()).toMatchObject({
      code: 'timed-out',
      message: expect.stringContaining('silent'),
    });
    await target.untilNoSession();
  });

  it('ends with the reason when its node shuts down', async () => {
    const control = await target.open(openWhole());
    await target.node.service.stop();
    expect(await control.hearFailure()).toMatchObject({ code: 'peer-failed' });
    await target.untilNoSession();
  });
});

describe('a long prompt over a slow link', () => {
  it('waits after a few pieces, and goes on when the next stage takes them', async () => {
    const control = await target.open(openOfTwo('first', { cells: 40_000, lastPosition: 40_000 }));
    await target.attach();
    const [next] = target.arrived;
    await next?.hear(stageKinds.attach);
    // 80 pieces of 500 tokens are 16,000 bytes each on the next link, of which a local channel takes 1 MiB.
    const reading = Promise.withResolvers<void>();
    next?.channel.onFrame((frame) => {
      next.frames.push(frame);
      return reading.promise;
    });
    for (let piece = 0; piece < 80; piece += 1) {
      await control.sendSegment(stageKinds.tokens, {
        position: piece * 500,
        count: 500,
        flags: 0,
        values: new Uint8Array(2000),
      });
    }
    const shard = target.node.shards[1];
    await vi.waitFor(() => expect(shard?.sessions[0]?.positions.length).toBeGreaterThan(60));
    await settle();
    const received = shard?.sessions[0]?.positions.length ?? 0;
    expect(received).toBeLessThan(76);
    reading.resolve();
    await vi.waitFor(() => expect(shard?.sessions[0]?.positions).toHaveLength(80));
  });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
