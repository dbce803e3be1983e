/** A coordinator that asks without reading: the results that wait for it are bounded, and so are the segments computed for it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { greedy } from '../../../../test/support/sessions/node-fake-mesh.ts';
import { openWhole, StageTarget } from '../../../../test/support/sessions/node-stage-target.ts';
import type { StagePeer } from '../../../../test/support/sessions/node-stage-peer.ts';
import { stageKinds } from '../protocol/message-table.ts';

/**
 * Most results that a channel inside the process takes before its writer waits, where a result is a header, a token and its
 * detail, and most that the session lets wait beside them.
 */
const mostResults = (1024 * 1024) / 53 + (1024 * 1024) / 256;
const asked = 50_000;
const sampling = { ...greedy, topLogprobs: 0 };
const patience = { timeout: 20_000 };

let target: StageTarget;
beforeEach(async () => {
  target = await StageTarget.start();
});
afterEach(() => {
  target.stop();
});

function stopReading({ channel }: StagePeer): void {
  channel.onFrame(() => Promise.withResolvers<void>().promise);
}

function computed(): number {
  return target.node.shards.flatMap((shard) => shard.sessions.flatMap(({ positions }) => positions))
    .length;
}

describe('results that are not read', () => {
  it('end the session of a shard that feeds itself', async () => {
    const control = await target.open(openWhole({ sampling, lastPosition: asked, cells: asked }));
    stopReading(control);
    await control.sendSegment(stageKinds.tokens);
    await vi.waitUntil(() => target.node.service.sessionCount === 0, patience);
    await target.untilNoSession();
    expect(computed()).toBeLessThan(mostResults);
    expect(target.node.logged.at(-1)).toContain('Its results are not read');
  });

  it('hold back further segments that are sent again and again', async () => {
    const control = await target.open(openWhole({ sampling, lastPosition: 1 }));
    stopReading(control);
    for (let turn = 0; turn < asked && !control.isClosed; turn += 1) {
      await control.sendSegment(stageKinds.tokens).catch(() => {});
      // Its results are computed in a later turn of the event loop.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if (target.node.service.sessionCount === 0) {
        break;
      }
    }
    await target.untilNoSession();
    expect(computed()).toBeLessThan(mostResults);
  });

  it('that are read late are complete', async () => {
    const control = await target.open(openWhole({ lastPosition: 2000, cells: 2000 }));
    const late = Promise.withResolvers<void>();
    const positions: number[] = [];
    control.channel.onFrame(({ kind }) => {
      if (kind === stageKinds.sampled) {
        positions.push(positions.length + 4);
      }
      return late.promise;
    });
    await control.sendSegment(stageKinds.tokens);
    await vi.waitUntil(() => computed() === 1997, patience);
    late.resolve();
    await vi.waitFor(() => expect(positions.at(-1)).toBe(2000), patience);
    await control.channel.close();
  });
});
